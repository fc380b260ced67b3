package dev.orrery.nccl.link;

import dev.orrery.error.Failure;
import java.util.Optional;

/** Failures as messages. */
final class FailureMessages {
    private FailureMessages() {}

    static dev.orrery.internal.proto.Failure toMessage(Failure failure) {
        dev.orrery.internal.proto.Failure.Builder message = dev.orrery.internal.proto.Failure.newBuilder()
                .setKind(failure.kind())
                .setMessage(failure.message())
                .setStackTrace(failure.stackTrace())
                .setHost(failure.host())
                .setLogPath(failure.logPath());
        failure.consequence().ifPresent(next -> message.setConsequence(toMessage(next)));
        return message.build();
    }

    static Failure of(dev.orrery.internal.proto.Failure message) {
        return new Failure(
                message.getKind(),
                message.getMessage(),
                message.getStackTrace(),
                message.getHost(),
                message.getLogPath(),
                message.hasConsequence() ? Optional.of(of(message.getConsequence())) : Optional.empty());
    }
}
