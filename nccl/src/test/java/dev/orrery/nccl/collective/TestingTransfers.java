package dev.orrery.nccl.collective;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.Held;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.Transfers;
import dev.orrery.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * All members of a world in one process. Messages of a pair stay in order; which pair moves next, how the bytes are cut, what
 * is held because it came early and what is delivered before the call returns is drawn from a seed. Thread-safe.
 */
final class TestingTransfers {
    private static final int MAX_CHUNKS = 3;

    /** One way between two members. */
    private static final class Pair {
        private final int from;
        private final int to;
        private final Deque<Outgoing> sent = new ArrayDeque<>();
        private final Deque<HeldMessage> held = new ArrayDeque<>();
        private final Deque<Reception> posted = new ArrayDeque<>();
        private Optional<Landing> landing = Optional.empty();
        private long offset;
        private boolean moving;

        Pair(int from, int to) {
            this.from = from;
            this.to = to;
        }

        boolean canMove() {
            return !moving && !posted.isEmpty() && !(sent.isEmpty() && held.isEmpty());
        }
    }

    private record HeldMessage(Outgoing message, Tensor bytes) {}

    private final int size;
    private final Random random;
    private final Map<Integer, Pair> pairOf = new HashMap<>();
    private final List<Pair> pairs = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private Optional<OrreryException> broken = Optional.empty();
    private long movesLeft = Long.MAX_VALUE;
    private long moves;
    private long messages;

    TestingTransfers(int size, long seed) {
        this.size = size;
        this.random = new Random(seed);
        for (int rank = 0; rank < size; rank++) {
            members.add(new Member(rank));
        }
    }

    Transfers member(int rank) {
        return members.get(rank);
    }

    /** The world breaks after so many more moves. */
    synchronized void breakAfter(long howMany) {
        movesLeft = howMany;
    }

    synchronized long moves() {
        return moves;
    }

    /** How many were sent. */
    synchronized long messages() {
        return messages;
    }

    synchronized Optional<OrreryException> broken() {
        return broken;
    }

    /** Moves until nothing can move any more. */
    void runAll() {
        while (move()) {
            // Goes on.
        }
    }

    /** Moves a part of some message; false when there is none that could. */
    boolean move() {
        Optional<Pair> next;
        boolean breaks;
        synchronized (this) {
            next = anyThatCanMove();
            breaks = next.isPresent() && movesLeft == 0;
            next.ifPresent(pair -> pair.moving = !breaksNow());
        }
        if (breaks) {
            fail(Failure.of("test", "it was to break here"));
            return true;
        }
        next.ifPresent(this::moveOn);
        return next.isPresent();
    }

    private Optional<Pair> anyThatCanMove() {
        int count = pairs.size();
        int start = count == 0 ? 0 : random.nextInt(count);
        for (int i = 0; i < count; i++) {
            Pair pair = pairs.get((start + i) % count);
            if (pair.canMove()) {
                return Optional.of(pair);
            }
        }
        return Optional.empty();
    }

    private boolean breaksNow() {
        return movesLeft == 0;
    }

    private void moveOn(Pair pair) {
        boolean held;
        synchronized (this) {
            moves++;
            movesLeft--;
            held = !pair.held.isEmpty();
        }
        try {
            if (held) {
                deliver(pair);
            } else {
                moveChunk(pair);
            }
        } catch (MismatchException e) {
            fail(e.failure(describe(pair.to), describe(pair.from)));
        } finally {
            stopped(pair);
        }
    }

    private void deliver(Pair pair) throws MismatchException {
        HeldMessage message;
        Reception reception;
        synchronized (this) {
            message = pair.held.remove();
            reception = pair.posted.peek();
        }
        reception.deliver(message.message.envelope(), message.bytes);
        synchronized (this) {
            pair.posted.remove();
        }
    }

    private void moveChunk(Pair pair) throws MismatchException {
        Outgoing message = pair.sent.peek();
        Reception reception = pair.posted.peek();
        if (pair.landing.isEmpty()) {
            pair.landing = Optional.of(reception.accept(message.envelope()));
            pair.offset = 0;
        }
        long left = message.byteSize() - pair.offset;
        long length = chunk(message.byteSize(), left);
        Landing landing = pair.landing.get();
        if (length > 0 && landing.address().isPresent() && flip()) {
            NativeMemory.copy(message.address() + pair.offset, landing.address().getAsLong() + pair.offset, length);
        } else if (length > 0) {
            landing.take(message.address() + pair.offset, pair.offset, length);
        }
        pair.offset += length;
        if (pair.offset == message.byteSize()) {
            synchronized (this) {
                pair.sent.remove();
                pair.posted.remove();
                pair.landing = Optional.empty();
            }
            if (flip()) {
                message.done().complete(null);
                reception.complete();
            } else {
                reception.complete();
                message.done().complete(null);
            }
        }
    }

    private synchronized long chunk(long byteSize, long left) {
        long least = byteSize / MAX_CHUNKS;
        return left <= least || random.nextBoolean() ? left : least + random.nextInt((int) (left - least + 1));
    }

    private synchronized boolean flip() {
        return random.nextBoolean();
    }

    /** What the world's end found in the hands of a mover fails now. */
    private void stopped(Pair pair) {
        Optional<OrreryException> why;
        synchronized (this) {
            pair.moving = false;
            why = broken;
        }
        why.ifPresent(it -> failAll(pair, it));
    }

    void fail(Failure cause) {
        OrreryException why =
                OrreryException.of(ErrorCode.BROKEN_WORLD, "the world broke", Map.of(), Optional.of(cause));
        List<Pair> idle;
        synchronized (this) {
            if (broken.isPresent()) {
                return;
            }
            broken = Optional.of(why);
            idle = pairs.stream().filter(pair -> !pair.moving).toList();
        }
        idle.forEach(pair -> failAll(pair, why));
    }

    private void failAll(Pair pair, OrreryException why) {
        List<Outgoing> sent;
        List<Reception> posted;
        synchronized (this) {
            sent = List.copyOf(pair.sent);
            posted = List.copyOf(pair.posted);
            pair.sent.clear();
            pair.posted.clear();
            pair.held.forEach(message -> message.bytes.close());
            pair.held.clear();
        }
        posted.forEach(reception -> reception.fail(why));
        sent.forEach(message -> message.fail(why));
    }

    private String describe(int rank) {
        return "member " + rank;
    }

    private Pair pair(int from, int to) {
        return pairOf.computeIfAbsent(from * size + to, key -> {
            Pair pair = new Pair(from, to);
            pairs.add(pair);
            return pair;
        });
    }

    private final class Member implements Transfers {
        private final int rank;

        Member(int rank) {
            this.rank = rank;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public String describe(int peer) {
            return TestingTransfers.this.describe(peer);
        }

        @Override
        public void send(int peer, Outgoing message) {
            Optional<OrreryException> why;
            boolean isHeld = false;
            synchronized (TestingTransfers.this) {
                why = broken;
                messages++;
                if (why.isEmpty()) {
                    Pair pair = pair(rank, peer);
                    isHeld = pair.posted.isEmpty() && pair.sent.isEmpty() && random.nextBoolean();
                    if (isHeld) {
                        pair.held.add(new HeldMessage(message, copy(message)));
                    } else {
                        pair.sent.add(message);
                    }
                }
            }
            why.ifPresent(message::fail);
            if (isHeld) {
                message.done().complete(null);
            }
            moveAtOnce(rank, peer);
        }

        private Tensor copy(Outgoing message) {
            Tensor held = Held.allocate(message.envelope());
            NativeMemory.copy(message.address(), held.address(), message.byteSize());
            return held;
        }

        @Override
        public void receive(int peer, Reception reception) {
            Optional<OrreryException> why;
            synchronized (TestingTransfers.this) {
                why = broken;
                if (why.isEmpty()) {
                    pair(peer, rank).posted.add(reception);
                }
            }
            why.ifPresent(reception::fail);
            moveAtOnce(peer, rank);
        }

        private void moveAtOnce(int from, int to) {
            Pair pair;
            synchronized (TestingTransfers.this) {
                pair = pair(from, to);
                if (!pair.canMove() || breaksNow() || random.nextInt(3) > 0) {
                    return;
                }
                pair.moving = true;
            }
            moveOn(pair);
        }

        @Override
        public void fail(Failure cause) {
            TestingTransfers.this.fail(cause);
        }

        @Override
        public <T> CompletableFuture<T> newFuture() {
            return new CompletableFuture<>();
        }
    }
}
