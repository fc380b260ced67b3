package dev.orrery;

import java.util.Optional;

/**
 * One stage of a pipeline.
 *
 * @param factory makes the stage, or empty when {@code className} does
 * @param className a class of the artifacts with a public constructor without arguments that implements {@link Stage}
 */
public record StageDefinition(
        String name, Optional<StageFactory> factory, Optional<String> className, StageOptions options) {}
