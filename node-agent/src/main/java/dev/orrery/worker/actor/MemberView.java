package dev.orrery.worker.actor;

import dev.orrery.nccl.World;
import dev.orrery.world.Communicator;
import dev.orrery.world.JoinedWorld;
import dev.orrery.world.WorldMember;
import java.util.List;

/** A world as its actor sees it. */
record MemberView(World world) implements JoinedWorld {
    @Override
    public String id() {
        return Long.toHexString(world.id());
    }

    @Override
    public String name() {
        return world.spec().getName();
    }

    @Override
    public int rank() {
        return world.rank();
    }

    @Override
    public int size() {
        return world.size();
    }

    @Override
    public List<WorldMember> members() {
        return world.spec().getMembersList().stream()
                .map(member -> new WorldMember(
                        member.getRank(),
                        member.getLife().getActor(),
                        member.getLife().getIncarnation(),
                        member.getLabel()))
                .toList();
    }

    @Override
    public Communicator communicator() {
        return world.communicator();
    }
}
