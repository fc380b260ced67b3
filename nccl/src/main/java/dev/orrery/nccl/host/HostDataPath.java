package dev.orrery.nccl.host;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Dial;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.Retry;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import dev.orrery.nccl.proto.WorldNote;
import dev.orrery.nccl.shared.RingThread;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.transfer.Ends;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * One connection to each other member: dialled to the members of lower ranks, accepted from those of higher ranks. On
 * the control thread.
 */
final class HostDataPath implements DataPath {
    /** What all data paths of a process share. */
    record Parts(
            WorldOptions options,
            Duration tickInterval,
            ControlThread control,
            DataPort port,
            RingThread rings,
            Executor forming) {
        PathFactory paths(Ends ends, boolean dialled) {
            return new ChosenPath(this, ends, dialled);
        }
    }

    /** A shorter attempt would only hide why the one before failed. */
    private static final Duration LEAST_DIAL = Duration.ofMillis(50);

    private final Membership membership;
    private final Parts parts;
    private final DataPathEvents events;
    private final List<Optional<MemberPath>> members = new ArrayList<>();
    private final Set<Integer> accepted = new HashSet<>();
    private final HostTransfers transfers;
    private final Communicator communicator;
    private final long deadlineNanos;
    private int unreleased;
    private Optional<OrreryException> ended = Optional.empty();

    HostDataPath(Membership membership, Parts parts, Optional<DeviceWork> device, DataPathEvents events) {
        this.membership = membership;
        this.parts = parts;
        this.events = events;
        for (int rank = 0; rank < membership.size(); rank++) {
            members.add(rank == membership.rank() ? Optional.empty() : Optional.of(member(rank)));
        }
        this.unreleased = membership.size() - 1;
        this.transfers = new HostTransfers(membership, members, parts.rings()::spinNanos, this::breakWorld);
        this.communicator = new MemberCommunicator(
                transfers, device, parts.control(), parts.options().maxTensorBytes());
        this.deadlineNanos = System.nanoTime() + membership.formingTimeout().toNanos();
    }

    private MemberPath member(int rank) {
        Ends ends = new Ends(membership.describe(membership.rank()), membership.describe(rank));
        return new MemberPath(parts.paths(ends, rank < membership.rank()), new MemberEvents(rank));
    }

    private void breakWorld(Failure cause) {
        parts.control().execute(() -> events.failed(cause));
    }

    void connect() {
        for (int rank = 0; rank < membership.rank(); rank++) {
            dial(rank, 1);
        }
    }

    private void dial(int rank, int attempt) {
        MemberPath member = members.get(rank).orElseThrow();
        Dial dial = new Dial(membership.address(rank), Optional.of(hello(rank)), Optional.empty(), member, timeLeft());
        parts.port().dial(dial).exceptionally(failure -> {
            parts.control().execute(() -> onDialFailed(rank, attempt, Retry.cause(failure)));
            return parts.port().self();
        });
    }

    private Duration timeLeft() {
        return Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
    }

    private DataHello hello(int rank) {
        return DataHello.newBuilder()
                .setWorld(membership.id())
                .setRank(membership.rank())
                .setToRank(rank)
                .setBackend(membership.backend())
                .addAllMembers(membership.lives())
                .build();
    }

    private void onDialFailed(int rank, int attempt, OrreryException failure) {
        if (ended.isPresent()) {
            return;
        }
        if (!Retry.canHeal(failure)) {
            events.failed(Failure.of(failure.code().name(), membership.describe(rank) + ": " + failure.getMessage()));
            return;
        }
        events.waiting(rank, failure.getMessage());
        parts.control().after(Retry.backoff(attempt), () -> {
            if (ended.isEmpty() && timeLeft().compareTo(LEAST_DIAL) >= 0) {
                dial(rank, attempt + 1);
            }
        });
    }

    /** Lets a member in, if it is the one. */
    void accept(DataHello hello, Incoming incoming) {
        int rank = hello.getRank();
        if (!hello.getMembersList().equals(membership.lives())
                || hello.getToRank() != membership.rank()
                || hello.getBackend() != membership.backend()) {
            incoming.refuse(Answer.WRONG_MEMBERS, difference(hello));
        } else if (rank <= membership.rank() || rank >= membership.size()) {
            incoming.refuse(Answer.UNEXPECTED, "rank " + rank + " does not connect to rank " + membership.rank());
        } else if (ended.isPresent()) {
            incoming.refuse(Answer.WORLD_GONE, ended.get().getMessage());
        } else if (!accepted.add(rank)) {
            incoming.refuse(Answer.UNEXPECTED, "rank " + rank + " is connected");
        } else {
            incoming.accept(members.get(rank).orElseThrow());
        }
    }

    private String difference(DataHello hello) {
        if (hello.getMembersCount() != membership.size()) {
            return "a world of " + hello.getMembersCount() + " members there, of " + membership.size() + " here";
        }
        for (int rank = 0; rank < membership.size(); rank++) {
            ActorLife there = hello.getMembers(rank);
            ActorLife here = membership.lives().get(rank);
            if (!there.equals(here)) {
                return "rank %d is %s, incarnation %d, there, and %s, incarnation %d, here"
                        .formatted(
                                rank, there.getActor(), there.getIncarnation(), here.getActor(), here.getIncarnation());
            }
        }
        return "rank %d of a %s world was looked for, and this is rank %d of a %s world"
                .formatted(hello.getToRank(), hello.getBackend(), membership.rank(), membership.backend());
    }

    /** The members' connections are all that is needed. */
    @Override
    public void agree() {
        events.formed();
    }

    /** Members of HOST worlds say nothing by the control link. */
    @Override
    public void heard(int rank, WorldNote note) {
        events.failed(
                Failure.of("protocol", membership.describe(rank) + " sent a note that a HOST world has no use for"));
    }

    @Override
    public String missing(int rank) {
        return "no way for data was agreed on";
    }

    @Override
    public Communicator communicator() {
        return communicator;
    }

    @Override
    public Transport transport(int peer) {
        return transfers.path(peer).transport();
    }

    @Override
    public void tick() {
        members.forEach(member -> member.ifPresent(MemberPath::tick));
    }

    @Override
    public void end(OrreryException why, boolean keepArrived) {
        ended = ended.or(() -> Optional.of(why));
        members.forEach(member -> member.ifPresent(it -> it.end(why, keepArrived)));
        tellIfReleased();
    }

    @Override
    public void cut() {
        members.forEach(member -> member.ifPresent(MemberPath::cut));
    }

    @Override
    public void abort(OrreryException why) {
        ended = ended.or(() -> Optional.of(why));
        members.forEach(member -> member.ifPresent(it -> it.abort(why)));
        tellIfReleased();
    }

    /** A world of one member has nothing to wait for. */
    private void tellIfReleased() {
        if (membership.size() == 1) {
            parts.control().execute(events::released);
        }
    }

    /** Brings what a path tells to the control thread. */
    private final class MemberEvents implements MemberPath.Events {
        private final int rank;

        MemberEvents(int rank) {
            this.rank = rank;
        }

        private void tell(Runnable news) {
            parts.control().execute(news);
        }

        @Override
        public void onReached(PeerProcess peer) {
            tell(() -> events.reached(rank, peer));
        }

        @Override
        public void onAttached() {
            tell(() -> events.connected(rank));
        }

        @Override
        public void onLost(String why) {
            tell(() -> events.lost(rank, why));
        }

        @Override
        public void onFailed(Failure cause) {
            tell(() -> events.failed(cause));
        }

        @Override
        public void onPeerLeft() {
            tell(() -> events.peerLeft(rank));
        }

        @Override
        public void onReleased() {
            tell(() -> {
                unreleased--;
                if (unreleased == 0) {
                    events.released();
                }
            });
        }
    }
}
