package dev.orrery;

import dev.orrery.tensor.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one replica of a stage needs, and how many there may be.
 *
 * @param cpus CPUs that placement sets aside for each replica
 * @param gpus GPUs for each replica: whole ones, or a part of a single one
 * @param placement what else each replica needs, and which nodes will do
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
        double gpus,
        PlacementOptions placement,
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
        errors.addAll(placement.errors());
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
        private double gpus;
        private final PlacementOptions.Builder placement = new PlacementOptions.Builder();
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

        /**
         * Whole GPUs, each a device of its own, or a part of one: with 0.25 four replicas share a device, and each sees that one only. A
         * part is accounting, as with {@link #memory}: nothing keeps a replica from using more of the device. Thousandths count; of more than
         * one only whole ones can be asked for. Default 0.
         */
        public Builder gpus(double value) {
            gpus = value;
            return this;
        }

        /**
         * Bytes of its node's memory that placement sets aside for each replica. This is accounting, as in Ray: nothing keeps its
         * worker from using more. Default 0: its memory is not counted.
         */
        public Builder memory(long bytes) {
            placement.memory(bytes);
            return this;
        }

        /**
         * How much of a resource that nodes name ({@code agent.resources}) placement sets aside for each replica; thousandths
         * count. May be called for several resources. Default: none.
         */
        public Builder resource(String name, double amount) {
            placement.resource(name, amount);
            return this;
        }

        /**
         * Only a node with this label ({@code agent.labels}) will do; asked when a node is chosen. May be called several
         * times: the node must have all of them. Default: any node will do.
         */
        public Builder label(String key, String value) {
            placement.label(key, value);
            return this;
        }

        /**
         * Only the node of this name will do: replicas wait until it is there and has room. Default: any node will do.
         */
        public Builder onNode(String node) {
            placement.onNode(node);
            return this;
        }

        /**
         * Of the nodes that have room, the least loaded. Of this and {@link #pack} the last call counts. Default: the one
         * with the fewest replicas of the stage, of these the least loaded.
         */
        public Builder spread() {
            placement.policy(PlacementPolicy.SPREAD);
            return this;
        }

        /** Of the nodes that have room, the most loaded, so that others stay free for what needs much. */
        public Builder pack() {
            placement.policy(PlacementPolicy.PACK);
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
                    cpus,
                    gpus,
                    placement.build(),
                    replicas,
                    minReplicas,
                    maxReplicas,
                    maxInFlight,
                    stallTimeout,
                    inputs,
                    outputs);
        }
    }
}
