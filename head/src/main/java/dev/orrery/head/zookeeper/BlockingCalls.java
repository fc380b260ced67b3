package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** Waits for ZooKeeper, to a deadline. */
final class BlockingCalls {
    /** Between an answer that was lost and the next try. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ZooKeeperCalls calls;
    private final NanoClock clock;

    BlockingCalls(ZooKeeperCalls calls, NanoClock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    Deadline deadline(Duration limit) {
        return Deadline.after(clock, limit);
    }

    /** Sends once, as soon as there is a connection. The answer may be lost. */
    Answer once(List<Op> operations, Deadline deadline, String what) {
        awaitConnected(deadline, what);
        return await(calls.multi(operations), deadline, what);
    }

    /** Reads until an answer comes; where a path does not exist, the result is an error with NONODE. */
    List<OpResult> read(List<Op> operations, Deadline deadline, String what) {
        return results(operations, once(operations, deadline, what), deadline, what);
    }

    /**
     * The same in several calls, some of them on their way at once.
     *
     * @param perCall how many operations one call has
     * @param atOnce how many calls are on their way
     * @return the results in the order of the operations
     */
    List<OpResult> read(List<Op> operations, int perCall, int atOnce, Deadline deadline, String what) {
        List<OpResult> results = new ArrayList<>(operations.size());
        Deque<OnTheWay> sent = new ArrayDeque<>();
        for (int from = 0; from < operations.size(); from += perCall) {
            if (sent.size() == atOnce) {
                results.addAll(receive(sent.remove(), deadline, what));
            }
            List<Op> some = operations.subList(from, Math.min(operations.size(), from + perCall));
            awaitConnected(deadline, what);
            sent.add(new OnTheWay(some, calls.multi(some)));
        }
        while (!sent.isEmpty()) {
            results.addAll(receive(sent.remove(), deadline, what));
        }
        return results;
    }

    private record OnTheWay(List<Op> operations, CompletableFuture<Answer> answer) {}

    private List<OpResult> receive(OnTheWay sent, Deadline deadline, String what) {
        return results(sent.operations(), await(sent.answer(), deadline, what), deadline, what);
    }

    private List<OpResult> results(List<Op> operations, Answer first, Deadline deadline, String what) {
        Answer answer = first;
        while (answer.isLost()) {
            pause(deadline, what);
            answer = once(operations, deadline, what);
        }
        for (int i = 0; i < answer.results().size(); i++) {
            Code error = answer.errorAt(i);
            if (error != Code.OK && error != Code.NONODE) {
                throw refused(operations.get(i), error, what);
            }
        }
        if (answer.results().size() != operations.size()) {
            throw refused(operations.get(0), answer.code(), what);
        }
        return answer.results();
    }

    /** Creates each path unless it is there. */
    void ensure(List<Op> creations, Deadline deadline, String what) {
        for (Op creation : creations) {
            Answer answer = once(List.of(creation), deadline, what);
            while (answer.isLost()) {
                pause(deadline, what);
                answer = once(List.of(creation), deadline, what);
            }
            if (!answer.isOk() && answer.code() != Code.NODEEXISTS) {
                throw refused(creation, answer.code(), what);
            }
        }
    }

    void sync(String path, Deadline deadline, String what) {
        awaitConnected(deadline, what);
        Code code = await(calls.sync(path), deadline, what);
        while (Answer.isLost(code)) {
            pause(deadline, what);
            awaitConnected(deadline, what);
            code = await(calls.sync(path), deadline, what);
        }
    }

    void pause(Deadline deadline, String what) {
        if (deadline.leftNanos() == 0) {
            throw unavailable(deadline.limit(), what);
        }
        try {
            calls.pause(PAUSE);
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        }
    }

    private void awaitConnected(Deadline deadline, String what) {
        try {
            Duration left = deadline.connectionLeft();
            if (!calls.awaitConnected(left.toNanos())) {
                throw unavailable(left, what);
            }
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        }
    }

    private <T> T await(CompletableFuture<T> answer, Deadline deadline, String what) {
        try {
            return answer.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unavailable(deadline.limit(), what);
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call of ZooKeeper failed otherwise than by its code", e);
        }
    }

    /** For messages. */
    String storeName() {
        return "ZooKeeper at " + calls.address();
    }

    private OrreryException unavailable(Duration waited, String what) {
        return OrreryException.of(
                ErrorCode.STORE_UNAVAILABLE, storeName() + " did not " + what + " within " + waited.toMillis() + " ms");
    }

    private OrreryException interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return OrreryException.of(
                ErrorCode.STORE_UNAVAILABLE, "interrupted while " + storeName() + " was to " + what, cause);
    }

    static OrreryException refused(Op operation, Code code, String what) {
        return OrreryException.of(
                ErrorCode.INTERNAL, "ZooKeeper refused to " + what + ": " + code + " at " + operation.getPath());
    }
}
