package dev.orrery.examples.actors;

import java.util.ArrayList;
import java.util.List;

/** The parameter server: has the newest weights for whoever begins or wants to use them, and what the loss was on the way. */
public final class Parameters {
    private final List<Double> losses = new ArrayList<>();
    private double[] weights;

    public Parameters(double[] weights) {
        this.weights = weights;
    }

    public double[] weights() {
        return weights;
    }

    /** @param loss before the step that led to these weights */
    public void publish(double[] newest, double loss) {
        weights = newest;
        losses.add(loss);
    }

    /** In the order in which they were published. */
    public List<Double> losses() {
        return List.copyOf(losses);
    }
}
