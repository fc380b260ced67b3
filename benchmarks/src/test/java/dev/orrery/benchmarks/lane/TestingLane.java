package dev.orrery.benchmarks.lane;

import dev.orrery.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/** Both ends of a lane without bound; bytes move when an operation is finished. */
public final class TestingLane implements Lane {
    private final Queue<byte[]> underWay = new ArrayDeque<>();
    private final Map<Integer, Tensor> sends = new HashMap<>();
    private final Map<Integer, Tensor> receives = new HashMap<>();
    private final Set<Integer> sendCounts = new HashSet<>();
    private final Set<Integer> receiveCounts = new HashSet<>();
    private final boolean blocks;
    private int received;

    public TestingLane() {
        this(false);
    }

    /** @param blocks whether it says so: it takes no second operation then */
    public TestingLane(boolean blocks) {
        this.blocks = blocks;
    }

    @Override
    public boolean blocks() {
        return blocks;
    }

    @Override
    public void startSend(int slot, Tensor message) {
        requireFree(sends.put(slot, message));
        sendCounts.add(sends.size());
    }

    @Override
    public void finishSend(int slot) {
        underWay.add(sends.remove(slot).toBytes());
    }

    @Override
    public void startReceive(int slot, Tensor into) {
        requireFree(receives.put(slot, into));
        receiveCounts.add(receives.size());
    }

    @Override
    public void finishReceive(int slot) {
        Tensor into = receives.remove(slot);
        into.buffer(0, Math.toIntExact(into.byteSize())).put(underWay.remove());
        received++;
    }

    private static void requireFree(Tensor before) {
        if (before != null) {
            throw new AssertionError("the slot is in use");
        }
    }

    public void loseOne() {
        underWay.remove();
    }

    public int received() {
        return received;
    }

    public int mostOutstandingSends() {
        return sendCounts.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    public int mostOutstandingReceives() {
        return receiveCounts.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    @Override
    public void close() {}
}
