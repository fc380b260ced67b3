package dev.orrery;

import java.util.ArrayList;
import java.util.List;

/**
 * What is set aside for one bundle of a placement group, all of it on one node.
 *
 * @param cpus thousandths count
 * @param gpus each another one
 * @param placement what else is set aside, and which nodes will do
 */
public record BundleOptions(double cpus, int gpus, PlacementOptions placement) {
    /** What does not hold, in words. */
    List<String> errors() {
        List<String> errors = new ArrayList<>();
        Needs.check(cpus, gpus, errors);
        errors.addAll(placement.errors());
        return errors;
    }

    /** Collects the options. */
    public static final class Builder {
        private double cpus = 1;
        private int gpus;
        private final PlacementOptions.Builder placement = new PlacementOptions.Builder();

        Builder() {}

        /** Default 1; thousandths count. */
        public Builder cpus(double value) {
            cpus = value;
            return this;
        }

        /** Whole ones; what is placed in the bundle may have parts of them. Default 0. */
        public Builder gpus(int value) {
            gpus = value;
            return this;
        }

        /** Bytes of its node's memory. Default 0: memory is not counted. */
        public Builder memory(long bytes) {
            placement.memory(bytes);
            return this;
        }

        /**
         * How much of a resource that nodes name ({@code agent.resources}); thousandths count. May be called for several
         * resources. Default: none.
         */
        public Builder resource(String name, double amount) {
            placement.resource(name, amount);
            return this;
        }

        /**
         * Only a node with this label ({@code agent.labels}) will do; asked when the bundle gets its room. May be called several
         * times: the node must have all of them. Default: any node will do.
         */
        public Builder label(String key, String value) {
            placement.label(key, value);
            return this;
        }

        /** Only the node of this name will do: the bundle waits until it is there and has room. Default: any node will do. */
        public Builder onNode(String node) {
            placement.onNode(node);
            return this;
        }

        BundleOptions build() {
            return new BundleOptions(cpus, gpus, placement.build());
        }
    }
}
