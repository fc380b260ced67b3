package dev.orrery.nccl.collective;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.device.DeviceStep;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.transfer.Call;
import dev.orrery.nccl.transfer.Transfers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One call of a user's: plans it when it is its turn, and tells the user how it ended.
 *
 * @param device does the rest when the messages are through, for a call on tensors that lie there
 * @param owner of the memory that the user gave; reachable as long as this is
 */
record Operation<T>(
        Transfers transfers, Optional<DeviceWork> device, IssueOrder order, CompletableFuture<T> future, Object owner) {
    /**
     * @param result what the user gets
     * @param onDevice what the device does after the messages
     */
    record Planned<T>(Schedule schedule, T result, Optional<DeviceStep> onDevice) {
        Planned(Schedule schedule, T result) {
            this(schedule, result, Optional.empty());
        }
    }

    interface Planner<T> {
        /** Throws OutOfMemoryError, TENSOR_TOO_LARGE, and IllegalStateException for a tensor that was closed. */
        Planned<T> plan(WorkingMemory memory);
    }

    void start(Call call, Planner<T> planner) {
        WorkingMemory memory = new WorkingMemory();
        Planned<T> planned;
        try {
            planned = planner.plan(memory);
        } catch (OutOfMemoryError e) {
            abandon(memory, call, ErrorCode.TENSOR_TOO_LARGE, e);
            return;
        } catch (OrreryException e) {
            abandon(memory, call, e.code(), e);
            return;
        } catch (IllegalStateException e) {
            abandon(memory, call, ErrorCode.INVALID_ARGUMENT, e);
            return;
        }
        new CollectiveRun(transfers, call, planned.schedule(), failure -> {
                    if (failure.isEmpty() && planned.onDevice().isPresent()) {
                        device.orElseThrow()
                                .collective(
                                        call.sequence(),
                                        planned.onDevice().get(),
                                        later -> end(memory, planned.result(), later));
                    } else {
                        end(memory, planned.result(), failure);
                    }
                })
                .start();
    }

    private void end(WorkingMemory memory, T result, Optional<OrreryException> failure) {
        memory.releaseScratch();
        if (failure.isPresent()) {
            memory.closeResults();
            order.finished(() -> future.completeExceptionally(failure.get()));
        } else {
            order.finished(() -> {
                if (!future.complete(result)) {
                    // It was cancelled.
                    memory.closeResults();
                }
            });
        }
    }

    /** The other members take part and would wait for this one for ever, so the world breaks. */
    private void abandon(WorkingMemory memory, Call call, ErrorCode code, Throwable why) {
        memory.releaseScratch();
        memory.closeResults();
        String who = transfers.describe(transfers.rank());
        transfers.fail(Failure.of(why).causing(Failure.of("operation", who + " could not begin " + call)));
        OrreryException failure = OrreryException.of(code, call + " could not begin: " + why.getMessage(), why);
        order.finished(() -> future.completeExceptionally(failure));
    }
}
