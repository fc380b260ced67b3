package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcError;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Errors and failures to messages and back. */
public final class ErrorCodec {
    private static final String LEADER = "leader";
    private static final String IN_DOUBT = "in_doubt";

    private ErrorCodec() {}

    /** The exception inside the wrappers that futures put around it. */
    public static Throwable unwrap(Throwable thrown) {
        Throwable inner = thrown;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** The same error as an exception of its own, with the stack of this thread: several callers may fail for one reason. */
    public static OrreryException anew(OrreryException known) {
        return OrreryException.of(known.code(), known.detail(), known.ids(), known.failure());
    }

    public static RpcError toMessage(Throwable thrown) {
        Throwable inner = unwrap(thrown);
        RpcError.Builder message = RpcError.newBuilder();
        if (inner instanceof OrreryException known) {
            message.setCode(known.code().name()).setMessage(known.detail()).putAllIds(known.ids());
            known.failure().ifPresent(failure -> message.setFailure(toMessage(failure)));
        } else if (inner instanceof CancellationException) {
            message.setCode(ErrorCode.CANCELLED.name()).setMessage("the call was cancelled");
        } else {
            message.setCode(ErrorCode.INTERNAL.name())
                    .setMessage("unexpected " + inner.getClass().getName())
                    .setFailure(toMessage(Failure.of(inner)));
        }
        return message.build();
    }

    public static OrreryException fromMessage(RpcError message) {
        // A newer peer may know more codes.
        ErrorCode code = Arrays.stream(ErrorCode.values())
                .filter(known -> known.name().equals(message.getCode()))
                .findFirst()
                .orElse(ErrorCode.INTERNAL);
        Optional<Failure> failure =
                message.hasFailure() ? Optional.of(fromMessage(message.getFailure())) : Optional.empty();
        return OrreryException.of(code, message.getMessage(), message.getIdsMap(), failure);
    }

    public static dev.orrery.internal.proto.Failure toMessage(Failure failure) {
        dev.orrery.internal.proto.Failure.Builder message = dev.orrery.internal.proto.Failure.newBuilder()
                .setKind(failure.kind())
                .setMessage(failure.message())
                .setStackTrace(failure.stackTrace())
                .setHost(failure.host())
                .setLogPath(failure.logPath());
        failure.consequence().ifPresent(next -> message.setConsequence(toMessage(next)));
        return message.build();
    }

    public static Failure fromMessage(dev.orrery.internal.proto.Failure message) {
        return new Failure(
                message.getKind(),
                message.getMessage(),
                message.getStackTrace(),
                message.getHost(),
                message.getLogPath(),
                message.hasConsequence() ? Optional.of(fromMessage(message.getConsequence())) : Optional.empty());
    }

    public static OrreryException notLeader(String head, Optional<HostPort> leader) {
        return notLeader(head, leader, Optional.empty());
    }

    /** @param why it knows no leader, or may not know the newest one */
    public static OrreryException notLeader(String head, Optional<HostPort> leader, Optional<String> why) {
        String named = leader.map(address -> "the leader is " + address).orElse("no leader is known now");
        return OrreryException.of(
                ErrorCode.NOT_LEADER,
                "head " + head + " stands by; " + named
                        + why.map(known -> " (" + known + ")").orElse(""),
                leader.map(address -> Map.of(LEADER, address.toString())).orElse(Map.of()));
    }

    /** NOT_LEADER for a change that was under way when a leader had to go: it may have been made. */
    public static OrreryException inDoubt(OrreryException notLeader) {
        Map<String, String> ids = new HashMap<>(notLeader.ids());
        ids.put(IN_DOUBT, "true");
        return OrreryException.of(notLeader.code(), notLeader.detail(), ids);
    }

    public static boolean isInDoubt(OrreryException error) {
        return error.ids().containsKey(IN_DOUBT);
    }

    /** The leader that a NOT_LEADER error names. */
    public static Optional<HostPort> leaderOf(OrreryException error) {
        return error.code() == ErrorCode.NOT_LEADER
                ? Optional.ofNullable(error.ids().get(LEADER)).map(HostPort::parse)
                : Optional.empty();
    }
}
