package dev.orrery.examples.actors;

import java.util.Random;

/** Points with a label of 0 or 1 each, made up: a plane divides them, not quite cleanly. */
final class Samples {
    static final int DIMENSIONS = 8;
    static final int SIZE = 2_000;

    private static final long SEED = 7;
    private static final double NOISE = 0.5;

    private final double[] features;
    private final double[] labels;

    private Samples(int size) {
        features = new double[size * DIMENSIONS];
        labels = new double[size];
    }

    /** All of them; the same every time and everywhere. */
    static Samples all() {
        return part(0, 1);
    }

    /** One of so many parts of equal size. */
    static Samples part(int part, int parts) {
        Random random = new Random(SEED);
        double[] plane = random.doubles(DIMENSIONS, -1, 1).toArray();
        int size = SIZE / parts;
        Samples samples = new Samples(size);
        double[] point = new double[DIMENSIONS];
        for (int i = 0; i < (part + 1) * size; i++) {
            double side = NOISE * random.nextGaussian();
            for (int d = 0; d < DIMENSIONS; d++) {
                point[d] = random.nextGaussian();
                side += plane[d] * point[d];
            }
            int place = i - part * size;
            if (place >= 0) {
                System.arraycopy(point, 0, samples.features, place * DIMENSIONS, DIMENSIONS);
                samples.labels[place] = side > 0 ? 1 : 0;
            }
        }
        return samples;
    }

    int size() {
        return labels.length;
    }

    double feature(int point, int dimension) {
        return features[point * DIMENSIONS + dimension];
    }

    /** 0 or 1. */
    double label(int point) {
        return labels[point];
    }
}
