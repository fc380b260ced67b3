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
 * @param nccl the encoder's halves hand over from GPU to GPU
 * @param emulation the folder of emulated CUDA and NCCL; empty: those of this machine
 * @param directory where data and logs stay; empty: a fresh folder that is removed
 */
public record DemoOptions(
        double rate,
        Optional<Path> input,
        Optional<Path> report,
        boolean plain,
        boolean nccl,
        Optional<Path> emulation,
        Optional<Path> directory) {}
