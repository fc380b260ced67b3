/** Programs of actors: {@code bin/orrery example NAME} runs one on a local cluster. */
package dev.orrery.examples.actors;
