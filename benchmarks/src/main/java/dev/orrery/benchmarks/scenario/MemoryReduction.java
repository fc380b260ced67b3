package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.machine.CoreRoundTrip;
import dev.orrery.benchmarks.payload.WrongDataException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.ReduceKernel;
import dev.orrery.nccl.collective.ReduceKernels;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Adding one FP32 tensor to another, beside copying it, in this process. */
final class MemoryReduction {
    private static final long BYTES = 4 * RunPlan.MIB;

    private final RunPlan plan;
    private final CoreRoundTrip cores;

    MemoryReduction(RunPlan plan, CoreRoundTrip cores) {
        this.plan = plan;
        this.cores = cores;
    }

    Row row() throws InterruptedException {
        ReduceKernel<?> kernel =
                ReduceKernels.of(DataType.FP32, ReduceOperation.SUM).orElseThrow();
        List<Double> sums = new ArrayList<>();
        List<Double> copies = new ArrayList<>();
        List<Double> coreNanos = new ArrayList<>();
        try (Tensor added = Tensor.allocateZeroed(DataType.FP32, BYTES / Float.BYTES);
                Tensor sum = Tensor.allocateZeroed(DataType.FP32, BYTES / Float.BYTES)) {
            added.setFloat(added.elements() - 1, 1);
            long from = added.address();
            long to = sum.address();
            long additions = operations(() -> kernel.combine(to, from, to, BYTES));
            if (sum.getFloat(sum.elements() - 1) != additions) {
                throw new WrongDataException(
                        "adding 1 for " + additions + " times gave " + sum.getFloat(sum.elements() - 1));
            }
            operations(() -> NativeMemory.copy(from, to, BYTES));
            for (int run = 0; run < plan.runs(); run++) {
                coreNanos.add(cores.nanos());
                sums.add(rate(() -> kernel.combine(to, from, to, BYTES)));
                copies.add(rate(() -> NativeMemory.copy(from, to, BYTES)));
            }
        }
        return Row.of(
                new Subject(Topic.REDUCTION, BYTES, 1, 1),
                coreNanos,
                Map.of(Contender.SUM, sums, Contender.COPY, copies));
    }

    /** For the plan's warm-up. */
    private long operations(Runnable work) {
        long end = System.nanoTime() + plan.warmUp().toNanos();
        long count = 0;
        while (System.nanoTime() < end) {
            work.run();
            count++;
        }
        return count;
    }

    private double rate(Runnable work) {
        long start = System.nanoTime();
        long count = 0;
        long spent = 0;
        while (spent < plan.runTime().toNanos()) {
            work.run();
            count++;
            spent = System.nanoTime() - start;
        }
        return (double) BYTES * count * 1e9 / spent;
    }
}
