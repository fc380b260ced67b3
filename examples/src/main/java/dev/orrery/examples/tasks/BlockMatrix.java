package dev.orrery.examples.tasks;

import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.examples.ExampleProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Multiplies two matrices that are cut into blocks: each block is put once, a task multiplies two of them, and the products of a row
 * and a column are added by tasks that depend on them. What comes out must be what one thread computes of the whole.
 */
public final class BlockMatrix {
    static final ExampleProgram EXAMPLE = new ExampleProgram(
            "block-matrix", "multiplies two matrices block by block, by tasks that depend on others", BlockMatrix::run);

    private static final int BLOCKS = 3;
    private static final int SIZE = 60;
    private static final int WHOLE = BLOCKS * SIZE;
    private static final long SEED = 42;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private BlockMatrix() {}

    private static void run(Orrery orrery, Consumer<String> out) {
        double[] one = random(SEED);
        double[] other = random(SEED + 1);
        List<ObjectRef<double[]>> product = multiply(orrery, put(orrery, one), put(orrery, other));
        double[] expected = Blocks.multiply(one, other);
        for (int block = 0; block < product.size(); block++) {
            requireEqual(product.get(block).get(PATIENCE), block(expected, block / BLOCKS, block % BLOCKS));
        }
        out.accept("  %d x %d numbers by %d tasks, as one thread multiplies them"
                .formatted(WHOLE, WHOLE, BLOCKS * BLOCKS * (2 * BLOCKS - 1)));
    }

    /** Whole numbers, so that the order of additions changes nothing. */
    private static double[] random(long seed) {
        return new Random(seed)
                .ints((long) WHOLE * WHOLE, -9, 10)
                .asDoubleStream()
                .toArray();
    }

    private static double[] block(double[] whole, int row, int column) {
        double[] block = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            System.arraycopy(whole, (row * SIZE + i) * WHOLE + column * SIZE, block, i * SIZE, SIZE);
        }
        return block;
    }

    /** Its blocks, row by row. */
    private static List<ObjectRef<double[]>> put(Orrery orrery, double[] whole) {
        List<ObjectRef<double[]>> blocks = new ArrayList<>();
        for (int row = 0; row < BLOCKS; row++) {
            for (int column = 0; column < BLOCKS; column++) {
                blocks.add(orrery.put(block(whole, row, column)));
            }
        }
        return blocks;
    }

    private static List<ObjectRef<double[]>> multiply(
            Orrery orrery, List<ObjectRef<double[]>> one, List<ObjectRef<double[]>> other) {
        List<ObjectRef<double[]>> product = new ArrayList<>();
        for (int row = 0; row < BLOCKS; row++) {
            for (int column = 0; column < BLOCKS; column++) {
                ObjectRef<double[]> sum = orrery.task(Blocks::multiply, one.get(row * BLOCKS), other.get(column))
                        .submit();
                for (int k = 1; k < BLOCKS; k++) {
                    ObjectRef<double[]> next = orrery.task(
                                    Blocks::multiply, one.get(row * BLOCKS + k), other.get(k * BLOCKS + column))
                            .submit();
                    sum = orrery.task(Blocks::add, sum, next).submit();
                }
                product.add(sum);
            }
        }
        return product;
    }

    private static void requireEqual(double[] found, double[] expected) {
        ExampleProgram.require(Arrays.equals(found, expected), "one thread computes otherwise");
    }
}
