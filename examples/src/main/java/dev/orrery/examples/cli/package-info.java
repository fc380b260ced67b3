/** The command line, {@code bin/orrery}. */
package dev.orrery.examples.cli;
