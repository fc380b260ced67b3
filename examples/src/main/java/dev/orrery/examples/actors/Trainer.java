package dev.orrery.examples.actors;

import dev.orrery.ActorContext;
import dev.orrery.ActorRef;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.JoinedWorld;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;

/** Has a part of the samples, and trains with the others by adding up their gradients. */
public final class Trainer implements ContextAware {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Samples samples;
    private ActorContext context;

    /** @param part which of so many */
    public Trainer(int part, int parts) {
        samples = Samples.part(part, parts);
    }

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /**
     * Takes part in so many steps. Every member makes each step itself, from the same sum, so none has to be told the new weights;
     * rank 0 tells the server.
     *
     * @return the weights at the end
     */
    public double[] train(ActorRef<Parameters> server, String worldName, int steps) {
        JoinedWorld world = context.awaitWorld(worldName, PATIENCE).join();
        double[] weights = server.call(Parameters::weights).join();
        for (int step = 0; step < steps; step++) {
            double[] sum = addUp(world, LogisticRegression.gradientAndLoss(samples, weights));
            weights = LogisticRegression.next(weights, sum);
            if (world.rank() == 0) {
                server.call(Parameters::publish, weights, LogisticRegression.loss(sum))
                        .join();
            }
        }
        return weights;
    }

    private static double[] addUp(JoinedWorld world, double[] own) {
        try (Tensor part = Tensor.ofDoubles(own, own.length);
                Tensor sum = world.communicator()
                        .within(PATIENCE)
                        .allReduce(part, ReduceOperation.SUM)
                        .join()) {
            return sum.toDoubles();
        }
    }
}
