package dev.orrery;

import dev.orrery.tensor.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one replica of a stage needs, and how many there may be.
 *
 * @param cpus CPUs that placement sets aside for each replica
 * @param gpus GPU slots for each replica
 * @param replicas how many to start with
 * @param minReplicas fewer cannot be asked for
 * @param maxReplicas more cannot be asked for
 * @param maxInFlight requests that may be on their way to one replica or in it
 * @param stallTimeout a {@code process} call that takes longer ends its worker, with a thread dump in its log
 * @param inputs what the stage expects; another input fails the request with TENSOR_MISMATCH
 * @param outputs what the stage promises; another output fails the request with TENSOR_MISMATCH
 */
public record StageOptions(
        double cpus,
        int gpus,
        int replicas,
        int minReplicas,
        int maxReplicas,
        int maxInFlight,
        Duration stallTimeout,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs) {
    static final int MOST_REPLICAS = 1_000;

    public StageOptions {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** What does not hold, in words. */
    List<String> errors() {
        List<String> errors = new ArrayList<>();
        Needs.check(cpus, gpus, errors);
        if (minReplicas < 1 || maxReplicas > MOST_REPLICAS || minReplicas > replicas || replicas > maxReplicas) {
            errors.add("replicas must be 1 <= least <= first <= most <= " + MOST_REPLICAS + ", not " + minReplicas
                    + ", " + replicas + ", " + maxReplicas);
        }
        if (maxInFlight < 1 || maxInFlight > 100_000) {
            errors.add("maxInFlight must be from 1 to 100000, not " + maxInFlight);
        }
        PipelinePolicy.positive("stallTimeout", stallTimeout, errors);
        return errors;
    }

    /** Collects the options. */
    public static final class Builder {
        private double cpus = 1;
        private int gpus;
        private int replicas = 1;
        private int minReplicas = 1;
        private int maxReplicas = MOST_REPLICAS;
        private int maxInFlight = 8;
        private Duration stallTimeout = Duration.ofMinutes(1);
        private final List<TensorSpec> inputs = new ArrayList<>();
        private final List<TensorSpec> outputs = new ArrayList<>();

        Builder() {}

        /** Default 1; thousandths count. */
        public Builder cpus(double value) {
            cpus = value;
            return this;
        }

        /** Default 0. */
        public Builder gpus(int value) {
            gpus = value;
            return this;
        }

        /** How many to start with; default 1. */
        public Builder replicas(int value) {
            replicas = value;
            return this;
        }

        /** Starts with {@code least}; {@link PipelineRef#scale} takes {@code least} to {@code most}. */
        public Builder replicas(int least, int most) {
            replicas = least;
            minReplicas = least;
            maxReplicas = most;
            return this;
        }

        /** Default 8. */
        public Builder maxInFlight(int value) {
            maxInFlight = value;
            return this;
        }

        /** Default 60 s. */
        public Builder stallTimeout(Duration value) {
            stallTimeout = value;
            return this;
        }

        /** Default: anything is taken. */
        public Builder input(TensorSpec spec) {
            inputs.add(spec);
            return this;
        }

        /** Default: anything is given. */
        public Builder output(TensorSpec spec) {
            outputs.add(spec);
            return this;
        }

        StageOptions build() {
            return new StageOptions(
                    cpus, gpus, replicas, minReplicas, maxReplicas, maxInFlight, stallTimeout, inputs, outputs);
        }
    }
}
