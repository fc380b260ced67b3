package dev.orrery.examples.it;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.StageFactory;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;

/** Stages that behave well, and stages that do not. */
final class Stages {
    private static final int TEN_MEGABYTES = 10 << 20;

    private Stages() {}

    static StageFactory append(String name, long workMillis) {
        return () -> new Append(name, workMillis);
    }

    static StageFactory appendOnGpu(String name, long workMillis) {
        return () -> new AppendOnGpu(name, workMillis);
    }

    static StageFactory throwingConstructor() {
        return () -> {
            throw new IllegalStateException("no model at /models/none");
        };
    }

    static StageFactory throwingOpen() {
        return OpensBadly::new;
    }

    static StageFactory exitingConstructor() {
        return () -> {
            System.exit(3);
            return new Append("never", 0);
        };
    }

    static StageFactory loopingConstructor() {
        return () -> {
            long spins = 0;
            while (spins >= 0) {
                spins = (spins + 1) & Integer.MAX_VALUE;
            }
            return new Append("never", 0);
        };
    }

    static StageFactory printingConstructor() {
        return () -> {
            String line = "x".repeat(1_023);
            for (int i = 0; i < TEN_MEGABYTES / 1_024; i++) {
                System.out.println(line);
            }
            return new Append("printed", 0);
        };
    }

    static StageFactory moody() {
        return Moody::new;
    }

    /** Appends, and ends its process for {@code text} "poison…". */
    static StageFactory mortal(String name, long workMillis) {
        return () -> new Mortal(new Append(name, workMillis));
    }

    static final class Mortal implements Stage {
        private final Stage appends;

        Mortal(Stage appends) {
            this.appends = appends;
        }

        @Override
        public Tensors process(Tensors inputs) throws Exception {
            if (inputs.get("text").toStrings().get(0).startsWith("poison")) {
                Runtime.getRuntime().halt(66);
            }
            return appends.process(inputs);
        }
    }

    /** Fails for {@code text} "bad". */
    static final class Moody implements Stage {
        @Override
        public Tensors process(Tensors inputs) {
            String text = inputs.get("text").toStrings().get(0);
            if (text.equals("bad")) {
                throw new IllegalArgumentException("I do not like " + text);
            }
            return Tensors.of("text", text + ">moody");
        }
    }

    static final class OpensBadly implements Stage {
        @Override
        public void open(StageContext context) {
            throw new IllegalStateException("the port of " + context.replica() + " is taken");
        }

        @Override
        public Tensors process(Tensors inputs) {
            return inputs;
        }
    }

    /** Answers with as many floats as the text says. */
    static StageFactory floats() {
        return () -> inputs -> {
            int count = Integer.parseInt(inputs.get("text").toStrings().get(0));
            return Tensors.of("floats", Tensor.ofFloats(new float[count], count));
        };
    }

    static StageFactory pass() {
        return () -> inputs -> inputs;
    }
}
