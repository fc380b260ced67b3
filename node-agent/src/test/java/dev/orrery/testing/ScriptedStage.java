package dev.orrery.testing;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * A stage whose input {@code text} says what to do: {@code <word>} or {@code <word>:<argument>}. It runs in a class loader
 * of its own, so tests reach it through {@link #GATE} only.
 */
public final class ScriptedStage implements Stage {
    /** Key of the system properties' table under which a test puts the {@link Semaphore} that {@code block} waits for. */
    public static final String GATE = "orrery.test.gate";

    /** The folder that has this class, to be given as an artifact. */
    public static Path artifact() {
        try {
            return Path.of(ScriptedStage.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private String replica = "";

    @Override
    public void open(StageContext context) {
        replica = context.pipeline() + "/" + context.replica() + "#" + context.incarnation() + "@" + context.node();
    }

    @Override
    public Tensors process(Tensors inputs) throws Exception {
        String[] words = inputs.get("text").toStrings().get(0).split(":", 2);
        String argument = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "upper" -> Tensors.of("text", argument.toUpperCase(java.util.Locale.ROOT));
            case "same" -> inputs;
            case "who" ->
                Tensors.of("text", replica + " on " + Thread.currentThread().getName());
            case "throw" -> throw new IllegalArgumentException(argument, new IllegalStateException("root " + argument));
            case "overflow" -> Tensors.of("text", Integer.toString(overflow(0)));
            case "oom" -> throw new OutOfMemoryError("test");
            case "missing" -> throw new NoClassDefFoundError("acme/Gone");
            case "null" -> null;
            case "closed" -> closed();
            case "big" -> Tensors.of("text", "x".repeat(Integer.parseInt(argument)));
            case "numbers" -> Tensors.of("text", Tensor.ofFloats(new float[] {1, 2}, 2));
            case "block" -> block(argument);
            case "interrupt" -> interrupt(argument);
            case "exit" -> exit(Integer.parseInt(argument));
            case "print" -> print(Integer.parseInt(argument));
            default -> throw new IllegalArgumentException("no such word: " + words[0]);
        };
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    private static Tensors closed() {
        Tensor tensor = Tensor.ofStrings("x");
        tensor.close();
        return Tensors.of("text", tensor);
    }

    private static Tensors block(String argument) throws InterruptedException {
        ((Semaphore) System.getProperties().get(GATE)).acquire();
        return Tensors.of("text", argument);
    }

    private static Tensors interrupt(String argument) {
        Thread.currentThread().interrupt();
        return Tensors.of("text", argument);
    }

    private static Tensors exit(int code) {
        System.exit(code);
        return Tensors.of("text", "");
    }

    private static Tensors print(int lines) {
        for (int i = 0; i < lines; i++) {
            System.out.println("line " + i + " " + "-".repeat(90));
        }
        return Tensors.of("text", "printed");
    }

    @Override
    public void close() {
        System.getProperties().put("orrery.test.closed", replica);
    }

    /** Its constructor throws. */
    public static final class Unmakable implements Stage {
        public Unmakable() {
            throw new IllegalStateException("no model file");
        }

        @Override
        public Tensors process(Tensors inputs) {
            return inputs;
        }
    }

    /** Its constructor ends the process. */
    public static final class Exiting implements Stage {
        public Exiting() {
            System.exit(3);
        }

        @Override
        public Tensors process(Tensors inputs) {
            return inputs;
        }
    }
}
