package dev.orrery.examples.tasks;

/** What the tasks of {@link BlockMatrix} run: operations on square matrices, row by row. */
public final class Blocks {
    private Blocks() {}

    public static double[] multiply(double[] one, double[] other) {
        int size = (int) Math.sqrt(one.length);
        double[] product = new double[one.length];
        for (int row = 0; row < size; row++) {
            for (int k = 0; k < size; k++) {
                double factor = one[row * size + k];
                for (int column = 0; column < size; column++) {
                    product[row * size + column] += factor * other[k * size + column];
                }
            }
        }
        return product;
    }

    public static double[] add(double[] one, double[] other) {
        double[] sum = one.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other[i];
        }
        return sum;
    }
}
