package dev.orrery.examples.actors;

/** A linear model of a probability, trained by gradient descent: plain arithmetic, in one process or in many. */
final class LogisticRegression {
    private static final double RATE = 0.5;

    private LogisticRegression() {}

    static double[] initialWeights() {
        return new double[Samples.DIMENSIONS];
    }

    /** The gradient, summed over the samples, and behind it their loss: what the parts of several workers add up to. */
    static double[] gradientAndLoss(Samples samples, double[] weights) {
        double[] sum = new double[weights.length + 1];
        for (int i = 0; i < samples.size(); i++) {
            double score = 0;
            for (int d = 0; d < weights.length; d++) {
                score += weights[d] * samples.feature(i, d);
            }
            double probability = 1 / (1 + Math.exp(-score));
            double label = samples.label(i);
            for (int d = 0; d < weights.length; d++) {
                sum[d] += (probability - label) * samples.feature(i, d);
            }
            sum[weights.length] -= Math.log(label > 0 ? probability : 1 - probability);
        }
        return sum;
    }

    /** @param sum over all {@link Samples#SIZE} samples */
    static double[] next(double[] weights, double[] sum) {
        double[] next = weights.clone();
        for (int d = 0; d < next.length; d++) {
            next[d] -= RATE * sum[d] / Samples.SIZE;
        }
        return next;
    }

    /** Of one sample, on the average. */
    static double loss(double[] sum) {
        return sum[sum.length - 1] / Samples.SIZE;
    }

    /** In this process alone. */
    static double[] train(int steps) {
        Samples samples = Samples.all();
        double[] weights = initialWeights();
        for (int step = 0; step < steps; step++) {
            weights = next(weights, gradientAndLoss(samples, weights));
        }
        return weights;
    }
}
