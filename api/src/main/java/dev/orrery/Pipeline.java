package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/** A chain of stages, declared. Immutable; {@link Orrery#deploy} makes it run. */
public final class Pipeline {
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final String GATEWAY = "gateway";

    private final String name;
    private final List<StageDefinition> stages;
    private final PipelinePolicy policy;
    private final List<Path> artifacts;

    private Pipeline(Builder builder) {
        this.name = builder.name;
        this.stages = List.copyOf(builder.stages);
        this.policy = builder.policy();
        this.artifacts = List.copyOf(builder.artifacts);
    }

    /** Names are lower-case letters, digits and dashes, at most 63 characters. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    public String name() {
        return name;
    }

    public List<StageDefinition> stages() {
        return stages;
    }

    public PipelinePolicy policy() {
        return policy;
    }

    /** The jars with the user's code, in class path order. */
    public List<Path> artifacts() {
        return artifacts;
    }

    /** Collects the declaration; {@link #build()} checks it as a whole. */
    public static final class Builder {
        private final String name;
        private final List<StageDefinition> stages = new ArrayList<>();
        private final List<Path> artifacts = new ArrayList<>();
        private int queueCapacity = 1_024;
        private int maxAttempts = 5;
        private Duration requestDeadline = Duration.ofSeconds(30);
        private Duration drainDeadline = Duration.ofSeconds(30);
        private long maxTensorBytes = 32L << 20;
        private Duration openTimeout = Duration.ofMinutes(2);
        private int maxRestarts = 5;
        private Duration restartWindow = Duration.ofMinutes(10);

        private Builder(String name) {
            this.name = name;
        }

        public Builder stage(String stageName, StageFactory factory) {
            return stage(stageName, factory, options -> {});
        }

        /** Adds the next stage; its class comes from an artifact, or from the jar or folder it was loaded from here. */
        public Builder stage(String stageName, StageFactory factory, Consumer<StageOptions.Builder> options) {
            return add(stageName, Optional.of(factory), Optional.empty(), options);
        }

        public Builder stageClass(String stageName, String className) {
            return stageClass(stageName, className, options -> {});
        }

        /** Adds the next stage by the name of a class that need not be known here, only in an artifact. */
        public Builder stageClass(String stageName, String className, Consumer<StageOptions.Builder> options) {
            return add(stageName, Optional.empty(), Optional.of(className), options);
        }

        private Builder add(
                String stageName,
                Optional<StageFactory> factory,
                Optional<String> className,
                Consumer<StageOptions.Builder> options) {
            StageOptions.Builder chosen = new StageOptions.Builder();
            options.accept(chosen);
            stages.add(new StageDefinition(stageName, factory, className, chosen.build()));
            return this;
        }

        /** A jar with code that the stages use. */
        public Builder artifact(Path jar) {
            artifacts.add(jar);
            return this;
        }

        /** Default 1024. */
        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        /** Default 5. */
        public Builder maxAttempts(int value) {
            maxAttempts = value;
            return this;
        }

        /** Default 30 s. */
        public Builder requestDeadline(Duration value) {
            requestDeadline = value;
            return this;
        }

        /** Default 30 s. */
        public Builder drainDeadline(Duration value) {
            drainDeadline = value;
            return this;
        }

        /** Default 32 MiB. */
        public Builder maxTensorBytes(long value) {
            maxTensorBytes = value;
            return this;
        }

        /** Default 120 s. */
        public Builder openTimeout(Duration value) {
            openTimeout = value;
            return this;
        }

        /**
         * Crashes of one replica that are made good within a time; default 5 in 10 minutes. They begin to count anew after
         * a life that served for 30 s. A poisoned request costs three.
         */
        public Builder restarts(int most, Duration window) {
            maxRestarts = most;
            restartWindow = window;
            return this;
        }

        /** Throws INVALID_ARGUMENT, listing everything that does not hold. */
        public Pipeline build() {
            List<String> errors = new ArrayList<>();
            checkStages(errors);
            errors.addAll(policy().errors());
            for (Path jar : artifacts) {
                checkJar(jar, errors);
            }
            if (!errors.isEmpty()) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "the pipeline cannot be built: " + String.join("; ", errors),
                        Map.of("pipeline", name));
            }
            return new Pipeline(this);
        }

        private static void checkJar(Path jar, List<String> errors) {
            if (!Files.isRegularFile(jar) || !Files.isReadable(jar)) {
                errors.add("artifact " + jar + " is no readable file");
                return;
            }
            try {
                new ZipFile(jar.toFile()).close();
            } catch (IOException e) {
                errors.add("artifact " + jar + " is no jar: " + e.getMessage());
            }
        }

        private void checkStages(List<String> errors) {
            if (!NAME.matcher(name).matches()) {
                errors.add("the name '" + name + "' must be of lower-case letters, digits and dashes, at most 63");
            }
            if (stages.isEmpty()) {
                errors.add("it has no stage");
            }
            Set<String> seen = new HashSet<>();
            for (StageDefinition stage : stages) {
                if (!NAME.matcher(stage.name()).matches() || stage.name().equals(GATEWAY)) {
                    errors.add("the stage name '" + stage.name()
                            + "' must be of lower-case letters, digits and dashes, at most 63, and not 'gateway'");
                }
                if (!seen.add(stage.name())) {
                    errors.add("two stages are called '" + stage.name() + "'");
                }
                stage.options().errors().forEach(error -> errors.add("stage " + stage.name() + ": " + error));
            }
        }

        private PipelinePolicy policy() {
            return new PipelinePolicy(
                    queueCapacity,
                    maxAttempts,
                    requestDeadline,
                    drainDeadline,
                    maxTensorBytes,
                    openTimeout,
                    maxRestarts,
                    restartWindow);
        }
    }
}
