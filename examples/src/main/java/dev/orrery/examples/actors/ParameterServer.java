package dev.orrery.examples.actors;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.WorldRef;
import dev.orrery.examples.ExampleProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Trains a model on samples that are divided among actors: these are members of one world, in which they add up their gradients
 * with allReduce, and begin with what a parameter server has. What comes out must be what one process trains, up to rounding.
 */
public final class ParameterServer {
    static final ExampleProgram EXAMPLE = new ExampleProgram(
            "parameter-server",
            "trains a model on parts of the data by actors that add up gradients",
            ParameterServer::run);

    private static final String WORLD = "training";
    private static final int TRAINERS = 4;
    private static final int STEPS = 60;
    private static final int TOLD_EACH = 15;
    private static final double ROUNDING = 1e-9;

    private ParameterServer() {}

    private static void run(Orrery orrery, Consumer<String> out) {
        List<ActorRef<?>> started = new ArrayList<>();
        try {
            ActorRef<Parameters> server = orrery.actor(Parameters::new, LogisticRegression.initialWeights())
                    .name("parameters")
                    .cpus(0.1)
                    .start();
            started.add(server);
            List<ActorRef<Trainer>> trainers = new ArrayList<>();
            for (int part = 0; part < TRAINERS; part++) {
                trainers.add(
                        orrery.actor(Trainer::new, part, TRAINERS).cpus(0.1).start());
                started.add(trainers.get(part));
            }
            List<double[]> trained = train(orrery, server, trainers);
            check(trained, server.call(Parameters::weights).join());
            tell(server.call(Parameters::losses).join(), out);
        } finally {
            started.forEach(ActorRef::kill);
        }
    }

    /** They wait for their world. */
    private static List<double[]> train(Orrery orrery, ActorRef<Parameters> server, List<ActorRef<Trainer>> trainers) {
        List<CompletableFuture<double[]>> calls = trainers.stream()
                .map(trainer -> trainer.call(Trainer::train, server, WORLD, STEPS))
                .toList();
        try (WorldRef world = orrery.world(WORLD).members(trainers).form()) {
            List<double[]> trained = calls.stream().map(CompletableFuture::join).toList();
            ExampleProgram.require(world.name().equals(WORLD), "another world was formed: " + world);
            return trained;
        }
    }

    private static void check(List<double[]> trained, double[] published) {
        double[] alone = LogisticRegression.train(STEPS);
        for (double[] weights : trained) {
            ExampleProgram.require(
                    Arrays.equals(weights, published),
                    "a trainer has %s, the server %s".formatted(Arrays.toString(weights), Arrays.toString(published)));
        }
        for (int d = 0; d < alone.length; d++) {
            ExampleProgram.require(
                    Math.abs(alone[d] - published[d]) <= ROUNDING,
                    "%s was trained, one process trains %s"
                            .formatted(Arrays.toString(published), Arrays.toString(alone)));
        }
    }

    private static void tell(List<Double> losses, Consumer<String> out) {
        ExampleProgram.require(losses.size() == STEPS, "the server was told of " + losses.size() + " steps");
        for (int step = 1; step < STEPS; step++) {
            ExampleProgram.require(
                    losses.get(step) < losses.get(step - 1),
                    "the loss does not go down at step " + step + ": " + losses);
        }
        for (int step = 0; step < STEPS; step += TOLD_EACH) {
            out.accept("  before step %2d the loss is %.4f".formatted(step + 1, losses.get(step)));
        }
        out.accept(
                "  before step %2d the loss is %.4f; %d trainers have the same weights, those of one process up to rounding"
                        .formatted(STEPS, losses.get(STEPS - 1), TRAINERS));
    }
}
