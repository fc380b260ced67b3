/**
 * One small example for each operation of a world: actors, two worlds with a member in common, the death of a member of one of
 * them, and the other that goes on.
 */
package dev.orrery.examples.worlds;
