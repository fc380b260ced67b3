package dev.orrery.examples.demo;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user chose.
 *
 * @param rate requests a second
 * @param input one document a line; empty: the built-in sentences
 * @param report where to write the report as JSON
 * @param plain lines instead of a progress bar
 * @param directory where data and logs stay; empty: a fresh folder that is removed
 */
public record DemoOptions(
        double rate, Optional<Path> input, Optional<Path> report, boolean plain, Optional<Path> directory) {}
