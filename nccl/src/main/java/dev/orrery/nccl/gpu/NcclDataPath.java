package dev.orrery.nccl.gpu;

import com.google.protobuf.ByteString;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.gpu.Turn.Collective;
import dev.orrery.nccl.gpu.Turn.Transfer;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.proto.WorldNote;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The paths of the HOST backend between the members, and a group of NCCL between their devices. Rank 0 makes the id by which
 * NCCL's members find each other, and says in which order the devices do what; all of that goes over the control links, which
 * are also what tells that a member is dead: NCCL does not. On the control thread.
 */
final class NcclDataPath implements DataPath {
    private final Membership membership;
    private final NcclBackend.Parts parts;
    private final DataPathEvents events;
    private final NcclGroup group;
    private final DeviceStream stream;
    private final Set<Integer> joined = new HashSet<>();
    private final Set<Integer> finishing = new HashSet<>();
    private Optional<DataPath> host = Optional.empty();
    private boolean agreed;
    private Optional<OrreryException> ended = Optional.empty();
    private boolean cut;
    private boolean draining;
    private boolean aborted;
    private boolean hostReleased;
    private boolean released;

    NcclDataPath(Membership membership, NcclBackend.Parts parts, DataPathEvents events) {
        this.membership = membership;
        this.parts = parts;
        this.events = events;
        this.group = new NcclGroup(membership.name(), parts, new GroupEvents());
        this.stream = new DeviceStream(membership, parts, group, new StreamEvents());
    }

    void connect() {
        host = Optional.of(parts.host().form(membership, Optional.of(stream), new HostEvents()));
    }

    private DataPath host() {
        return host.orElseThrow();
    }

    // ---- forming ----

    @Override
    public void agree() {
        agreed = true;
        if (membership.rank() == 0) {
            group.makeUniqueId();
        } else if (group.phase() == GroupPhase.READY) {
            joinedHere();
        }
    }

    @Override
    public void heard(int rank, WorldNote note) {
        boolean isOfRankZero = rank == 0;
        switch (note.getWhatCase()) {
            case UNIQUE_ID -> join(isOfRankZero, note.getUniqueId().toByteArray());
            case JOINED -> joined(rank);
            case WANTED -> wanted(rank, Transfer.of(note.getWanted()));
            case TURN -> turn(isOfRankZero, Turn.of(note.getTurn()));
            case FINISHING -> {
                finishing.add(rank);
                finishIfDrained();
            }
            case WHAT_NOT_SET -> refuse(rank, "says nothing");
        }
    }

    private void refuse(int rank, String what) {
        events.failed(Failure.of("protocol", membership.describe(rank) + " sent a note that " + what));
    }

    private void join(boolean isOfRankZero, byte[] uniqueId) {
        if (!isOfRankZero || group.phase() != GroupPhase.WAITING) {
            if (ended.isEmpty()) {
                events.failed(Failure.of("protocol", "an id of NCCL came that this member does not wait for"));
            }
            return;
        }
        group.join(uniqueId, membership.rank(), membership.size());
    }

    private void joined(int rank) {
        joined.add(rank);
        if (joined.size() == membership.size()) {
            events.formed();
        }
    }

    private void joinedHere() {
        tellOthers(WorldNote.newBuilder().setJoined(true));
        joined(membership.rank());
    }

    @Override
    public String missing(int rank) {
        if (!agreed) {
            return host().missing(rank);
        } else if (!joined.contains(rank)) {
            return "NCCL has not connected it with the others";
        }
        return joined.contains(membership.rank()) ? "" : "NCCL has not connected this member with it";
    }

    private void tellOthers(WorldNote.Builder note) {
        for (int rank = 0; rank < membership.size(); rank++) {
            if (rank != membership.rank()) {
                tell(rank, note);
            }
        }
    }

    private void tell(int rank, WorldNote.Builder note) {
        events.tell(rank, note.setWorld(membership.id()).build());
    }

    // ---- whose turn it is ----

    /** At rank 0. */
    private void wanted(int rank, Transfer transfer) {
        boolean isPossible = membership.rank() == 0
                && transfer.to() == rank
                && transfer.from() >= 0
                && transfer.from() < membership.size()
                && transfer.from() != rank;
        if (!isPossible) {
            refuse(rank, "asks for a turn that cannot be: " + transfer);
        } else if (finishing.contains(transfer.from())) {
            // Its device does nothing any more. Whoever waits for it hears of its end by other ways.
            finishIfDrained();
        } else {
            give(transfer);
        }
    }

    private void give(Turn turn) {
        for (int rank = 0; rank < membership.size(); rank++) {
            if (turn.concerns(rank) && rank != 0) {
                tell(rank, WorldNote.newBuilder().setTurn(turn.toMessage()));
            }
        }
        if (turn.concerns(0)) {
            stream.give(turn);
        }
    }

    private void turn(boolean isOfRankZero, Turn turn) {
        if (!isOfRankZero || !turn.concerns(membership.rank())) {
            events.failed(Failure.of("protocol", "a turn came that is none of this member: " + turn));
        } else {
            stream.give(turn);
        }
    }

    private final class StreamEvents implements DeviceStream.Events {
        @Override
        public void onWanted(Transfer transfer) {
            if (membership.rank() == 0) {
                wanted(0, transfer);
            } else {
                tell(0, WorldNote.newBuilder().setWanted(transfer.toTransfer()));
            }
        }

        @Override
        public void onCalled(Collective collective) {
            if (membership.rank() == 0) {
                give(collective);
            }
        }

        @Override
        public void onFailed(Failure cause) {
            events.failed(cause);
        }

        @Override
        public void onStuck(Failure cause) {
            events.stuck(cause);
        }

        @Override
        public void onLess() {
            finishIfDrained();
            releaseIfGone();
        }
    }

    private final class GroupEvents implements NcclGroup.Events {
        @Override
        public void onUniqueId(byte[] id) {
            if (group.phase() == GroupPhase.WAITING && ended.isEmpty()) {
                tellOthers(WorldNote.newBuilder().setUniqueId(ByteString.copyFrom(id)));
                group.join(id, membership.rank(), membership.size());
            }
        }

        @Override
        public void onJoined() {
            // Before, there may be members without a link to this one: NCCL was faster.
            if (agreed) {
                joinedHere();
            }
        }

        @Override
        public void onFailed(Failure cause) {
            events.failed(cause);
        }

        @Override
        public void onFailedRemotely(Failure cause) {
            events.failedRemotely(cause);
        }

        @Override
        public void onStuck(Failure cause) {
            events.stuck(cause);
        }

        @Override
        public void onGone() {
            stream.abandon();
            releaseIfGone();
        }
    }

    // ---- the HOST paths ----

    private final class HostEvents implements DataPathEvents {
        @Override
        public void reached(int rank, PeerProcess process) {
            events.reached(rank, process);
        }

        @Override
        public void connected(int rank) {
            events.connected(rank);
        }

        /** The paths; the world is formed when NCCL has joined as well. */
        @Override
        public void formed() {}

        @Override
        public void tell(int rank, WorldNote note) {
            events.tell(rank, note);
        }

        @Override
        public void waiting(int rank, String why) {
            events.waiting(rank, why);
        }

        @Override
        public void failed(Failure cause) {
            events.failed(cause);
        }

        @Override
        public void failedRemotely(Failure cause) {
            events.failedRemotely(cause);
        }

        @Override
        public void stuck(Failure cause) {
            events.stuck(cause);
        }

        @Override
        public void lost(int rank, String why) {
            events.lost(rank, why);
        }

        @Override
        public void peerLeft(int rank) {
            events.peerLeft(rank);
        }

        @Override
        public void released() {
            hostReleased = true;
            finishIfDrained();
            releaseIfGone();
        }
    }

    // ---- operations, and the end ----

    @Override
    public Communicator communicator() {
        return host().communicator();
    }

    @Override
    public Transport transport(int peer) {
        return host().transport(peer);
    }

    @Override
    public void tick() {
        host().tick();
        stream.tick();
    }

    /** What was offered can be received until {@link #cut}, and so can what was offered to this member, if it is to be kept. */
    @Override
    public void end(OrreryException why, boolean keepArrived) {
        ended = ended.or(() -> Optional.of(why));
        draining = true;
        host().end(why, keepArrived);
        finishIfDrained();
    }

    @Override
    public void cut() {
        cut = true;
        host().cut();
        ended.ifPresent(stream::end);
        finishIfDrained();
    }

    /** Members end their groups together, because one on the same host waits for the others of it. */
    private void finishIfDrained() {
        boolean isLast = cut || hostReleased || finishing.size() == membership.size() - 1;
        if (draining && !aborted && isLast && stream.isIdle() && group.phase() != GroupPhase.FINISHING) {
            ended.ifPresent(stream::end);
            if (group.phase() == GroupPhase.READY) {
                tellOthers(WorldNote.newBuilder().setFinishing(true));
            }
            group.finish();
        }
    }

    @Override
    public void abort(OrreryException why) {
        ended = ended.or(() -> Optional.of(why));
        aborted = true;
        stream.end(why);
        host().abort(why);
        group.abort(why.getMessage());
        releaseIfGone();
    }

    private void releaseIfGone() {
        if (hostReleased && group.phase() == GroupPhase.GONE && stream.isIdle() && !released) {
            released = true;
            group.giveBackStream();
            events.released();
        }
    }
}
