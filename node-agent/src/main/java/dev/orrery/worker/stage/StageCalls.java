package dev.orrery.worker.stage;

import dev.orrery.Stage;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What happens to one message on the user thread: check, process, check, forward, or tell the gateway why not. */
final class StageCalls {
    /** A gateway knows this word. */
    static final String DEADLINE = "deadline";

    /** Why a request fails here, for the user to read. */
    private record Rejection(ErrorCode code, Failure failure) {}

    private final String name;
    private final String host;
    private final String logPath;
    private final Declarations declarations;
    private final long maxTensorBytes;
    private final StageInbox inbox;
    private final OutboundEdges outbound;
    private final Notices notices;
    private final NanoClock clock;
    private final StallWatch stallWatch;

    StageCalls(StageSettings settings, StageInbox inbox, OutboundEdges outbound, Notices notices) {
        this.name = settings.stage();
        this.host = settings.host();
        this.logPath = settings.logPath();
        this.declarations = settings.declarations();
        this.maxTensorBytes = settings.maxTensorBytes();
        this.clock = settings.clock();
        this.stallWatch = settings.stallWatch();
        this.inbox = inbox;
        this.outbound = outbound;
        this.notices = notices;
    }

    /** Throws only what ends the process. */
    void handle(Stage stage, Delivery delivery) {
        if (delivery.expired(clock.nanoTime())) {
            settle(delivery, DEADLINE);
            delivery.close();
            return;
        }
        Optional<String> unfit = Declarations.mismatch(declarations.inputs(), delivery.tensors());
        if (unfit.isPresent()) {
            fail(delivery, mismatch("expects other inputs", unfit.get()));
            delivery.close();
            return;
        }
        process(stage, delivery);
    }

    private void process(Stage stage, Delivery delivery) {
        Tensors outputs;
        stallWatch.begin();
        try {
            outputs = stage.process(delivery.tensors());
        } catch (Throwable thrown) {
            if (endsProcess(thrown)) {
                throw (VirtualMachineError) thrown;
            }
            fail(delivery, new Rejection(ErrorCode.STAGE_FAILED, Failure.of(thrown)));
            delivery.close();
            return;
        } finally {
            stallWatch.end();
            clearInterrupt();
        }
        Optional<Rejection> rejection = check(outputs);
        if (rejection.isPresent()) {
            fail(delivery, rejection.get());
            close(delivery.tensors(), outputs);
            return;
        }
        closeUnused(delivery.tensors(), outputs);
        forward(delivery, outputs);
    }

    /** A recursion without end is the user's mistake and leaves the JVM whole; any other error of the JVM does not. */
    private static boolean endsProcess(Throwable thrown) {
        return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError);
    }

    /** User code may have interrupted its thread; the next wait must not pay for it. */
    private static void clearInterrupt() {
        Thread.interrupted();
    }

    private Optional<Rejection> check(Tensors outputs) {
        if (outputs == null) {
            return Optional.of(userError("process returned null"));
        }
        for (Map.Entry<String, Tensor> output : outputs) {
            Tensor tensor = output.getValue();
            if (tensor == null || tensor.isClosed()) {
                return Optional.of(userError("process returned a closed tensor '" + output.getKey() + "'"));
            }
            if (tensor.byteSize() > maxTensorBytes) {
                return Optional.of(new Rejection(
                        ErrorCode.TENSOR_TOO_LARGE,
                        Failure.of(
                                "tensor",
                                "stage " + name + " returned tensor '" + output.getKey() + "' of " + tensor.byteSize()
                                        + " bytes; the pipeline's limit is " + maxTensorBytes)));
            }
        }
        return Declarations.mismatch(declarations.outputs(), outputs)
                .map(what -> mismatch("declared other outputs", what));
    }

    private Rejection userError(String what) {
        return new Rejection(ErrorCode.STAGE_FAILED, Failure.of("stage", what + " in stage " + name));
    }

    private Rejection mismatch(String how, String what) {
        return new Rejection(
                ErrorCode.TENSOR_MISMATCH, Failure.of("tensor", "stage " + name + " " + how + ": " + what));
    }

    private void forward(Delivery delivery, Tensors outputs) {
        long remaining = delivery.remainingMicros(clock.nanoTime());
        if (inbox.finish()) {
            outputs.close();
            notices.tell(delivery.header().getGateway(), NoticeMessages.cancelled(delivery.key()));
            return;
        }
        StageMessageHeader received = delivery.header();
        int hop = received.getHop() + 1;
        Optional<String> refused;
        if (remaining <= 0) {
            refused = Optional.of(DEADLINE);
        } else if (hop >= received.getPathCount()) {
            refused = Optional.of("the path ends at this replica");
        } else {
            refused = outbound.forward(received.getPath(hop), header(received, remaining, outputs), outputs);
        }
        refused.ifPresent(why -> {
            outputs.close();
            notices.tell(received.getGateway(), NoticeMessages.refused(delivery.key(), why));
        });
    }

    private static StageMessageHeader header(StageMessageHeader received, long remainingMicros, Tensors outputs) {
        StageMessageHeader.Builder header = received.toBuilder()
                .clearTensors()
                .setHop(received.getHop() + 1)
                .setRemainingMicros(remainingMicros);
        outputs.forEach(output -> header.addTensors(TensorCodec.header(output.getKey(), output.getValue())));
        return header.build();
    }

    private void fail(Delivery delivery, Rejection rejection) {
        ReplyTo reply = finish(delivery);
        if (reply == ReplyTo.FAILURE) {
            Failure failure = rejection.failure().at(host, logPath);
            notices.tell(
                    delivery.header().getGateway(),
                    NoticeMessages.failed(delivery.key(), name, rejection.code(), failure));
        }
    }

    private void settle(Delivery delivery, String refusal) {
        if (finish(delivery) == ReplyTo.FAILURE) {
            notices.tell(delivery.header().getGateway(), NoticeMessages.refused(delivery.key(), refusal));
        }
    }

    private enum ReplyTo {
        CANCEL,
        FAILURE
    }

    /** Of an attempt that was cancelled meanwhile the gateway only wants to hear that it is over. */
    private ReplyTo finish(Delivery delivery) {
        if (inbox.finish()) {
            notices.tell(delivery.header().getGateway(), NoticeMessages.cancelled(delivery.key()));
            return ReplyTo.CANCEL;
        }
        return ReplyTo.FAILURE;
    }

    private static void close(Tensors inputs, Tensors outputs) {
        inputs.close();
        if (outputs != null) {
            for (Map.Entry<String, Tensor> output : outputs) {
                if (output.getValue() != null) {
                    output.getValue().close();
                }
            }
        }
    }

    /** Inputs that are outputs too travel on; the rest were lent for the call only. */
    private static void closeUnused(Tensors inputs, Tensors outputs) {
        Set<Tensor> used = Collections.newSetFromMap(new IdentityHashMap<>());
        outputs.forEach(output -> used.add(output.getValue()));
        inputs.forEach(input -> {
            if (!used.contains(input.getValue())) {
                input.getValue().close();
            }
        });
    }
}
