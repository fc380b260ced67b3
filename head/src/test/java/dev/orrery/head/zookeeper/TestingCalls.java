package dev.orrery.head.zookeeper;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Op.OpKind;

/** Loses what a test tells it to lose. */
final class TestingCalls implements ZooKeeperCalls {
    enum Loss {
        /** It never arrives. */
        REQUEST,
        /** It is done, and nobody hears of it. */
        ANSWER,
        /** It is on its way until something else is written, and arrives before that. */
        LATE_REQUEST,
        /** Neither answer nor error ever comes. */
        SILENCE
    }

    private final ZooKeeperCalls real;
    private final Queue<Loss> losses = new ArrayDeque<>();
    private final Queue<List<Op>> late = new ArrayDeque<>();
    private final Set<Integer> lostReads = new HashSet<>();
    private final Map<Integer, Runnable> beforeReads = new HashMap<>();
    private int writes;
    private int reads;
    private Runnable beforeNext = () -> {};
    private boolean disconnected;
    private final List<Duration> waited = new ArrayList<>();
    private int lostWrite;
    private Loss lossThere = Loss.REQUEST;

    TestingCalls(ZooKeeperCalls real) {
        this.real = real;
    }

    /** The next writes are lost so, one after the other. */
    void lose(Loss... next) {
        losses.addAll(List.of(next));
    }

    /** Only that write, counted from 1, is lost so. */
    void loseAt(int write, Loss loss) {
        lostWrite = write;
        lossThere = loss;
    }

    /** The answers to these reads are lost, counted from 1 for the next one. */
    void loseReads(int... which) {
        for (int read : which) {
            lostReads.add(reads + read);
        }
    }

    /** Happens when that read is on its way, counted from 1 for the next one. */
    void beforeRead(int which, Runnable what) {
        beforeReads.put(reads + which, what);
    }

    /** Happens when the next write is on its way. */
    void beforeNext(Runnable what) {
        beforeNext = what;
    }

    /** From now on there is no connection, and whoever waits for one has waited at once. */
    void disconnect() {
        disconnected = true;
    }

    /** How long a connection was waited for that did not come. */
    List<Duration> waited() {
        return waited;
    }

    int writes() {
        return writes;
    }

    @Override
    public CompletableFuture<Answer> multi(List<Op> operations) {
        if (operations.get(0).getKind() == OpKind.READ) {
            reads++;
            beforeReads.getOrDefault(reads, () -> {}).run();
            return lostReads.contains(reads)
                    ? CompletableFuture.completedFuture(Answer.lost(Code.CONNECTIONLOSS))
                    : real.multi(operations);
        }
        writes++;
        Runnable first = beforeNext;
        beforeNext = () -> {};
        first.run();
        while (!late.isEmpty()) {
            real.multi(late.remove()).join();
        }
        Loss loss = writes == lostWrite ? lossThere : losses.poll();
        if (loss == null) {
            return real.multi(operations);
        }
        CompletableFuture<Answer> lost = CompletableFuture.completedFuture(Answer.lost(Code.CONNECTIONLOSS));
        return switch (loss) {
            case REQUEST -> lost;
            case ANSWER -> real.multi(operations).thenCompose(done -> lost);
            case LATE_REQUEST -> {
                late.add(operations);
                yield lost;
            }
            case SILENCE -> new CompletableFuture<>();
        };
    }

    @Override
    public CompletableFuture<Code> sync(String path) {
        return real.sync(path);
    }

    @Override
    public boolean awaitConnected(long nanos) throws InterruptedException {
        if (disconnected) {
            waited.add(Duration.ofNanos(nanos));
            return false;
        }
        return real.awaitConnected(nanos);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        real.pause(time);
    }

    @Override
    public String address() {
        return real.address();
    }
}
