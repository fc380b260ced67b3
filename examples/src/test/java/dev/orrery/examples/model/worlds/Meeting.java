package dev.orrery.examples.model.worlds;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.nccl.world.WorldPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A world as it is between its two members, whatever they believe of it.
 *
 * @param sides what each member has made of it, by rank; empty before it joins
 * @param met whether the two have connected
 * @param formed whether each member has ever had it READY, by rank
 * @param queue what rank 0 sent and rank 1 has not taken yet
 */
record Meeting(
        WorldSpec spec,
        List<Optional<WorldPhase>> sides,
        boolean met,
        List<Boolean> formed,
        List<StageMessageHeader> queue) {

    static Meeting of(WorldSpec spec) {
        return new Meeting(spec, List.of(Optional.empty(), Optional.empty()), false, List.of(false, false), List.of());
    }

    long id() {
        return spec.getId();
    }

    WorldMember member(int rank) {
        return spec.getMembers(rank);
    }

    ActorLife life(int rank) {
        return member(rank).getLife();
    }

    boolean is(int rank, WorldPhase phase) {
        return sides.get(rank).equals(Optional.of(phase));
    }

    /** Nothing can become of it any more. */
    boolean isOver(int rank) {
        return sides.get(rank).filter(WorldPhase::isFinal).isPresent();
    }

    boolean everFormed() {
        return formed.get(0) && formed.get(1);
    }

    Meeting with(int rank, WorldPhase phase) {
        boolean ready = phase == WorldPhase.READY;
        return new Meeting(
                spec,
                replaced(sides, rank, Optional.of(phase)),
                met,
                ready ? replaced(formed, rank, true) : formed,
                phase.isFinal() && rank == 1 ? List.of() : queue);
    }

    Meeting connected() {
        return new Meeting(spec, sides, true, formed, queue);
    }

    Meeting sent(StageMessageHeader header) {
        List<StageMessageHeader> more = new ArrayList<>(queue);
        more.add(header);
        return new Meeting(spec, sides, met, formed, List.copyOf(more));
    }

    Meeting taken() {
        return new Meeting(spec, sides, met, formed, List.copyOf(queue.subList(1, queue.size())));
    }

    private static <T> List<T> replaced(List<T> all, int index, T value) {
        List<T> copy = new ArrayList<>(all);
        copy.set(index, value);
        return List.copyOf(copy);
    }
}
