package dev.orrery.examples.embed;

import dev.orrery.tensor.Tensor;

/** The mean of the token vectors that the attention mask keeps, scaled to length one. */
final class MeanPooling {
    private MeanPooling() {}

    /**
     * @param hidden FP32 [1, tokens, width]
     * @param mask INT64 [1, tokens]
     */
    static float[] pool(Tensor hidden, Tensor mask) {
        int tokens = (int) hidden.shape()[1];
        int width = (int) hidden.shape()[2];
        float[] values = hidden.toFloats();
        double[] sum = new double[width];
        for (int token = 0; token < tokens; token++) {
            if (mask.getLong(token) != 0) {
                for (int i = 0; i < width; i++) {
                    sum[i] += values[token * width + i];
                }
            }
        }
        return unit(sum);
    }

    private static float[] unit(double[] vector) {
        double squares = 0;
        for (double value : vector) {
            squares += value * value;
        }
        double norm = Math.max(Math.sqrt(squares), 1e-12);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    static double cosine(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("vectors of " + a.length + " and " + b.length + " numbers");
        }
        double dot = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(squaresA * squaresB);
    }
}
