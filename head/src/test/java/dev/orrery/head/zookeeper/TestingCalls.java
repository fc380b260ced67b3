package dev.orrery.head.zookeeper;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
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
    private int writes;

    TestingCalls(ZooKeeperCalls real) {
        this.real = real;
    }

    /** The next writes are lost so, one after the other. */
    void lose(Loss... next) {
        losses.addAll(List.of(next));
    }

    int writes() {
        return writes;
    }

    @Override
    public CompletableFuture<Answer> multi(List<Op> operations) {
        if (operations.get(0).getKind() == OpKind.READ) {
            return real.multi(operations);
        }
        writes++;
        while (!late.isEmpty()) {
            real.multi(late.remove()).join();
        }
        Loss loss = losses.poll();
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
        return real.awaitConnected(nanos);
    }

    @Override
    public String address() {
        return real.address();
    }
}
