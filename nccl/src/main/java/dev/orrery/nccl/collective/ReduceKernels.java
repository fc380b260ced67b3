package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Combination;
import dev.orrery.nccl.collective.ReduceKernel.Finishing;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Which loop combines the elements of which type. */
public final class ReduceKernels {
    private static final int BLOCK = ReduceKernel.ARRAY_BYTES;
    private static final Map<DataType, Map<ReduceOperation, ReduceKernel<?>>> KERNELS = kernels();

    /** @param <A> the array of a block */
    private record Family<A>(Combination<A> sum, Combination<A> product, Combination<A> min, Combination<A> max) {
        /** AVG is a sum until the end. */
        Map<ReduceOperation, ReduceKernel<?>> kernels(DataType type, Supplier<A> block, Finishing<A> finishing) {
            Map<ReduceOperation, ReduceKernel<?>> kernels = new EnumMap<>(ReduceOperation.class);
            kernels.put(ReduceOperation.SUM, new ReduceKernel<>(type.size(), block, sum, finishing));
            kernels.put(ReduceOperation.PRODUCT, new ReduceKernel<>(type.size(), block, product, finishing));
            kernels.put(ReduceOperation.MIN, new ReduceKernel<>(type.size(), block, min, finishing));
            kernels.put(ReduceOperation.MAX, new ReduceKernel<>(type.size(), block, max, finishing));
            kernels.put(ReduceOperation.AVG, kernels.get(ReduceOperation.SUM));
            return kernels;
        }
    }

    private ReduceKernels() {}

    /** Empty for what cannot be combined so. */
    public static Optional<ReduceKernel<?>> of(DataType type, ReduceOperation operation) {
        return Optional.ofNullable(KERNELS.getOrDefault(type, Map.of()).get(operation));
    }

    private static Map<DataType, Map<ReduceOperation, ReduceKernel<?>>> kernels() {
        Map<DataType, Map<ReduceOperation, ReduceKernel<?>>> kernels = new EnumMap<>(DataType.class);
        Family<float[]> floats = new Family<>(FloatLoops::sum, FloatLoops::product, FloatLoops::min, FloatLoops::max);
        kernels.put(DataType.FP32, floats.kernels(DataType.FP32, () -> new float[BLOCK / 4], FloatLoops.FP32));
        kernels.put(DataType.FP16, halves(floats, DataType.FP16, HalfFloats.FP16));
        kernels.put(DataType.BF16, halves(floats, DataType.BF16, HalfFloats.BF16));
        Family<double[]> doubles = new Family<>(FloatLoops::sum, FloatLoops::product, FloatLoops::min, FloatLoops::max);
        kernels.put(DataType.FP64, doubles.kernels(DataType.FP64, () -> new double[BLOCK / 8], FloatLoops.FP64));
        putIntegers(kernels);
        return kernels;
    }

    private static Map<ReduceOperation, ReduceKernel<?>> halves(
            Family<float[]> floats, DataType type, HalfFloats format) {
        Family<int[]> family = new Family<>(
                format.by(floats.sum()), format.by(floats.product()), format.by(floats.min()), format.by(floats.max()));
        return family.kernels(type, () -> new int[BLOCK / 4], format);
    }

    private static void putIntegers(Map<DataType, Map<ReduceOperation, ReduceKernel<?>>> kernels) {
        Family<byte[]> bytes =
                new Family<>(IntegerLoops::sum, IntegerLoops::product, IntegerLoops::min, IntegerLoops::max);
        kernels.put(DataType.INT8, bytes.kernels(DataType.INT8, () -> new byte[BLOCK], IntegerLoops.INT8));
        Family<byte[]> unsigned = new Family<>(
                IntegerLoops::sum, IntegerLoops::product, IntegerLoops::unsignedMin, IntegerLoops::unsignedMax);
        kernels.put(DataType.UINT8, unsigned.kernels(DataType.UINT8, () -> new byte[BLOCK], IntegerLoops.UINT8));
        Family<short[]> shorts =
                new Family<>(IntegerLoops::sum, IntegerLoops::product, IntegerLoops::min, IntegerLoops::max);
        kernels.put(DataType.INT16, shorts.kernels(DataType.INT16, () -> new short[BLOCK / 2], IntegerLoops.INT16));
        Family<int[]> ints =
                new Family<>(IntegerLoops::sum, IntegerLoops::product, IntegerLoops::min, IntegerLoops::max);
        kernels.put(DataType.INT32, ints.kernels(DataType.INT32, () -> new int[BLOCK / 4], IntegerLoops.INT32));
        Family<long[]> longs =
                new Family<>(IntegerLoops::sum, IntegerLoops::product, IntegerLoops::min, IntegerLoops::max);
        kernels.put(DataType.INT64, longs.kernels(DataType.INT64, () -> new long[BLOCK / 8], IntegerLoops.INT64));
        Family<long[]> truths = new Family<>(IntegerLoops::or, IntegerLoops::and, IntegerLoops::and, IntegerLoops::or);
        Map<ReduceOperation, ReduceKernel<?>> ofBool =
                truths.kernels(DataType.BOOL, () -> new long[BLOCK / 8], IntegerLoops.INT64);
        ofBool.remove(ReduceOperation.AVG);
        kernels.put(DataType.BOOL, ofBool);
    }
}
