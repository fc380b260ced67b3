package dev.orrery.head.view;

import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.internal.proto.MemberTransports;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldView;
import java.util.List;

/** A world with its members, and what each says that carries its messages. */
public final class WorldViews {
    private WorldViews() {}

    public static WorldView of(ClusterState state, WorldRecord world) {
        WorldView.Builder view = WorldView.newBuilder()
                .setId(world.getSpec().getId())
                .setState(world.getState().name())
                .setBackend(world.getSpec().getBackend())
                .addAllMembers(world.getSpec().getMembersList())
                .setName(world.getSpec().getName())
                .setBackendReason(world.getBackendReason());
        if (world.hasCause()) {
            view.setCause(world.getCause());
        }
        for (WorldMember member : world.getSpec().getMembersList()) {
            List<String> transports = transports(state, world, member);
            if (!transports.isEmpty()) {
                view.addTransports(
                        MemberTransports.newBuilder().setRank(member.getRank()).addAllTransports(transports));
            }
        }
        return view.build();
    }

    private static List<String> transports(ClusterState state, WorldRecord world, WorldMember member) {
        return state
                .records()
                .actor(member.getLife().getActor())
                .flatMap(actor -> state.observed().worker(actor.getNode(), member.getLife()))
                .stream()
                .flatMap(worker -> worker.getWorldsList().stream())
                .filter(report -> report.getWorld() == world.getSpec().getId())
                .flatMap(report -> report.getTransportsList().stream())
                .distinct()
                .toList();
    }
}
