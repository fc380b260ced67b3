package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.Map;
import java.util.Optional;

/** What callers of one actor are told. */
final class CallErrors {
    private final String label;
    private final ActorLife life;
    private final String host;
    private final String logPath;

    /** @param label the actor for people */
    CallErrors(String label, ActorLife life, String host, String logPath) {
        this.label = label;
        this.life = life;
        this.host = host;
        this.logPath = logPath;
    }

    /** Throws FENCED when the call is for another life than the one that is here. */
    void requireLife(ActorLife asked) {
        if (!asked.equals(life)) {
            throw otherLife(asked);
        }
    }

    private OrreryException otherLife(ActorLife asked) {
        return error(
                ErrorCode.FENCED,
                "the call is for " + asked.getActor() + "#" + asked.getIncarnation() + ", but here lives "
                        + life.getActor() + "#" + life.getIncarnation(),
                Optional.empty());
    }

    OrreryException full(int maxCalls) {
        return error(
                ErrorCode.ACTOR_OVERLOADED,
                "actor " + label + " has as many calls waiting as it takes (at most " + maxCalls
                        + " calls, and a quarter of its heap)",
                Optional.empty());
    }

    /** Nothing of the call was run. */
    OrreryException paused() {
        return error(
                ErrorCode.ACTOR_PAUSED,
                "actor " + label
                        + " is exclusive and holds no lease just now: its node or worker was stopped or cut off, "
                        + "or no head leads; it did not run the call",
                Optional.empty());
    }

    OrreryException leaseLost(String function) {
        return error(
                ErrorCode.LEASE_LOST,
                "the lease of exclusive actor " + label + " ended while " + function
                        + " ran; its outcome is not told, as another life may answer by now",
                Optional.empty());
    }

    /** The call has run. */
    OrreryException notSaved(String function, Throwable why) {
        Throwable cause = ErrorCodec.unwrap(why);
        if (!(cause instanceof OrreryException known)) {
            return threw("saving the state after " + function, cause);
        }
        if (known.code() == ErrorCode.CANCELLED) {
            return stoppedInside();
        }
        return error(
                known.code(),
                function + " of actor " + label
                        + " has run, but the state that was to be saved before its answer is not, and a next life would not know of it: "
                        + known.detail(),
                known.failure().map(first -> first.at(host, logPath)));
    }

    OrreryException threw(String function, Throwable thrown) {
        return error(ErrorCode.ACTOR_FAILED, function + " of actor " + label + " threw", Optional.of(at(thrown)));
    }

    OrreryException returnedStage(String function) {
        return error(
                ErrorCode.INVALID_ARGUMENT,
                function + " of actor " + label
                        + " returned a CompletionStage; call it with callAsync, which waits for it",
                Optional.empty());
    }

    OrreryException returnedNoStage(String function, Object result) {
        return error(
                ErrorCode.INVALID_ARGUMENT,
                function + " of actor " + label + " was called with callAsync, and returned "
                        + (result == null ? "null" : "a " + result.getClass().getName()) + ", no CompletionStage",
                Optional.empty());
    }

    OrreryException taskThrew(TaskInfo task, String function, Throwable thrown) {
        return OrreryException.of(
                ErrorCode.TASK_FAILED, function + " threw", Map.of("task", task.getId()), Optional.of(at(thrown)));
    }

    /** For a task that was not begun: another worker may be free sooner. */
    OrreryException notBegun() {
        return error(
                ErrorCode.UNAVAILABLE, "the worker did not begin the task: what runs there waits", Optional.empty());
    }

    /** For a call that was not begun: its caller may send it to the next life. */
    OrreryException stopped() {
        return error(
                ErrorCode.UNAVAILABLE,
                "actor " + label + " does not run the call",
                Optional.of(Failure.of("stop", "the actor was told to stop").at(host, logPath)));
    }

    /** For the call that runs. */
    OrreryException stoppedInside() {
        return unfinished(stop());
    }

    /** @param thrown what came of the interrupt that a stop is for a call that runs */
    OrreryException stoppedInside(Throwable thrown) {
        return unfinished(stop().causing(Failure.of(thrown)));
    }

    private Failure stop() {
        return Failure.of("stop", "the actor was told to stop while it ran the call")
                .at(host, logPath);
    }

    private OrreryException unfinished(Failure why) {
        return error(ErrorCode.ACTOR_DEAD, "actor " + label + " did not finish the call", Optional.of(why));
    }

    private Failure at(Throwable thrown) {
        return Failure.of(thrown).at(host, logPath);
    }

    private OrreryException error(ErrorCode code, String message, Optional<Failure> failure) {
        return OrreryException.of(code, message, Map.of("actor", life.getActor()), failure);
    }
}
