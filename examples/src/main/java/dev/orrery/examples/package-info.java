/** Runnable examples and the local cluster. */
package dev.orrery.examples;
