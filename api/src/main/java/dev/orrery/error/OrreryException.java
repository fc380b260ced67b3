package dev.orrery.error;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The root of everything that Orrery throws. Catch a subclass for the cases a program handles; ask {@link #code()} for
 * the rest. Made by {@link #of(ErrorCode, String)} and its overloads only, which choose the subclass, so an error that
 * came over the wire is of the same class as one that arose here.
 */
public class OrreryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String detail;
    private final transient Map<String, String> ids;
    private final transient Optional<Failure> failure;

    OrreryException(Details details) {
        super(details.fullMessage(), details.cause());
        this.code = details.code();
        this.detail = details.message();
        this.ids = details.ids();
        this.failure = details.failure();
    }

    record Details(
            ErrorCode code, String message, Map<String, String> ids, Optional<Failure> failure, Throwable cause) {
        /** First cause first (a user's failure says what, then where). */
        String fullMessage() {
            String where = ids.isEmpty()
                    ? ""
                    : ids.entrySet().stream()
                            .map(id -> id.getKey() + "=" + id.getValue())
                            .collect(Collectors.joining(", ", " [", "]"));
            return failure.map(first -> first.summary() + " -- ").orElse("") + message + where;
        }
    }

    public static OrreryException of(ErrorCode code, String message) {
        return of(code, message, Map.of(), Optional.empty());
    }

    public static OrreryException of(ErrorCode code, String message, Map<String, String> ids) {
        return of(code, message, ids, Optional.empty());
    }

    public static OrreryException of(ErrorCode code, String message, Throwable cause) {
        return create(new Details(code, message, Map.of(), Optional.empty(), cause));
    }

    /**
     * @param ids what the error is about, e.g. {@code pipeline}, {@code stage}, {@code world}, {@code request}
     * @param failure the first cause, when user code or a process is at fault
     */
    public static OrreryException of(
            ErrorCode code, String message, Map<String, String> ids, Optional<Failure> failure) {
        return create(new Details(code, message, new TreeMap<>(ids), failure, null));
    }

    private static OrreryException create(Details details) {
        return switch (details.code()) {
            case INVALID_ARGUMENT -> new InvalidArgumentException(details);
            case INVALID_CONFIG -> new InvalidConfigException(details);
            case ALREADY_EXISTS -> new AlreadyExistsException(details);
            case NOT_FOUND -> new NotFoundException(details);
            case DOES_NOT_FIT -> new DoesNotFitException(details);
            case TENSOR_MISMATCH, TENSOR_TOO_LARGE -> new TensorException(details);
            case ACTOR_FAILED -> new ActorFailedException(details);
            case ACTOR_DEAD -> new ActorDeadException(details);
            case ACTOR_RESTARTED -> new ActorRestartedException(details);
            case CHECKPOINT_FAILED, CHECKPOINT_TOO_LARGE -> new CheckpointException(details);
            case TASK_FAILED -> new TaskFailedException(details);
            case WORKER_DIED -> new WorkerDiedException(details);
            case OBJECT_LOST -> new ObjectLostException(details);
            case OBJECT_RELEASED -> new ObjectReleasedException(details);
            case LEASE_LOST -> new LeaseLostException(details);
            case STAGE_FAILED -> new StageFailedException(details);
            case START_FAILED -> new StartFailedException(details);
            case OVERLOADED -> new PipelineOverloadedException(details);
            case POISONED_REQUEST -> new PoisonedRequestException(details);
            case DEADLINE_EXCEEDED -> new DeadlineExceededException(details);
            case BROKEN_WORLD -> new BrokenWorldException(details);
            case UNAUTHENTICATED -> new AuthenticationException(details);
            case CONNECTION_FAILED, CONNECTION_LOST -> new ConnectionException(details);
            default -> new OrreryException(details);
        };
    }

    public final ErrorCode code() {
        return code;
    }

    /** The message without the first cause and the ids. */
    public final String detail() {
        return detail;
    }

    public final Map<String, String> ids() {
        return ids == null ? Map.of() : ids;
    }

    /** The first cause, when user code or a process is at fault. */
    public final Optional<Failure> failure() {
        return failure == null ? Optional.empty() : failure;
    }
}
