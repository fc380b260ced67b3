package dev.orrery.examples.model;

/**
 * What production's objects are given in place of the world outside: a store's connection, a clock, a host, a connection to
 * somebody. It holds nothing that belongs to a state, so copies of a state share it, and is known by its name.
 */
public interface Surrounding {
    String surroundingName();
}
