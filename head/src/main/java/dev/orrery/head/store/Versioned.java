package dev.orrery.head.store;

/** A record and the version that its next change has to expect. */
public record Versioned<T>(T value, int version) {}
