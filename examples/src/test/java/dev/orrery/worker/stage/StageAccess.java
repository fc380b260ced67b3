package dev.orrery.worker.stage;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensors;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A replica's inbox, edges and calls, put together as {@link StageReplica} does, without threads and links. */
public final class StageAccess {
    /** The way to the gateways. */
    public interface Told {
        void tell(ActorLife gateway, ReplicaNotice notice);

        void tellAll(ReplicaNotice notice);
    }

    private record ToGateways(Told told) implements Notices {
        @Override
        public void tell(ActorLife gateway, ReplicaNotice notice) {
            told.tell(gateway, notice);
        }

        @Override
        public void tellAll(ReplicaNotice notice) {
            told.tellAll(notice);
        }
    }

    private static final int SENDER = 0;
    private static final int ENOUGH = 100;

    private final Told told;
    private final StageInbox inbox = new StageInbox(ENOUGH);
    private final OutboundEdges outbound;
    private final TreeSet<Long> broken = new TreeSet<>();

    public StageAccess(Told told) {
        this.told = told;
        this.outbound = new OutboundEdges(
                ENOUGH, List.of(), (key, why) -> told.tell(key.gateway(), NoticeMessages.refused(key, why)));
    }

    public void desired(Collection<Long> worlds) {
        broken.retainAll(worlds);
    }

    public void worldReady(World world) {
        if (world.rank() == SENDER) {
            outbound.add(world);
        }
    }

    public void worldEnded(long world, WorldState state, Optional<Failure> cause) {
        outbound.remove(world);
        if (state == WorldState.BROKEN || cause.isPresent()) {
            broken.add(world);
            told.tellAll(NoticeMessages.worldBroken(world));
        }
    }

    public void linkUp(ActorLife gateway) {
        broken.forEach(world -> told.tell(gateway, NoticeMessages.worldBroken(world)));
    }

    public void linkDown(ActorLife gateway) {
        inbox.dropAllOf(gateway).forEach(Delivery::close);
    }

    public void cancel(ActorLife gateway, CancelAttempt cancel) {
        AttemptKey key = AttemptKey.of(gateway, cancel.getAttempt());
        StageInbox.Cancellation cancellation = inbox.cancel(key);
        cancellation.dropped().ifPresent(Delivery::close);
        if (cancellation.settled()) {
            told.tell(gateway, NoticeMessages.cancelled(key));
        }
    }

    public void deliver(StageMessageHeader header) {
        inbox.offer(new Delivery(header, Tensors.builder().build(), 0));
    }

    /** How much waits. Takes it away, so only to be asked of a copy. */
    public int drain() {
        return inbox.drain().size();
    }

    /** The user thread takes one request; its stage gives back what it gets. */
    public void process(NanoClock clock) {
        StageSettings settings = new StageSettings(
                "stage",
                "host",
                "log",
                new Declarations(List.of(), List.of()),
                Long.MAX_VALUE,
                clock,
                new StallWatch(Long.MAX_VALUE, 1, 0));
        try {
            Delivery next = inbox.take().orElseThrow();
            new StageCalls(settings, inbox, outbound, new ToGateways(told)).handle(inputs -> inputs, next);
        } catch (InterruptedException e) {
            throw new IllegalStateException("something waits, so there is nothing to wait for", e);
        }
    }
}
