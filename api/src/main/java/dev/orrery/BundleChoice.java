package dev.orrery;

import java.util.OptionalInt;

/**
 * The placement group that something is placed in.
 *
 * @param group its id
 * @param number of the bundle whose room is taken; empty: whichever has room
 */
public record BundleChoice(String group, OptionalInt number) {}
