package dev.orrery.head.reconcile;

import dev.orrery.head.placement.BackendChoice;
import dev.orrery.head.placement.GpuMember;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.NodeGpus;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a world is to be made of.
 *
 * @param reason why it is not of NCCL although a member holds a GPU; empty otherwise
 */
public record Backends(Backend backend, String reason) {
    /** Whether a world of these could be of NCCL. */
    public static BackendChoice choice(Records records, List<ActorRecord> actors) {
        return BackendChoice.of(IntStream.range(0, actors.size())
                .mapToObj(rank -> member(records, rank, actors.get(rank)))
                .toList());
    }

    private static GpuMember member(Records records, int rank, ActorRecord actor) {
        NodeGpus found = records.node(actor.getNode()).map(NodeRecord::getGpus).orElse(NodeGpus.getDefaultInstance());
        return new GpuMember(rank, actor.getLabel(), actor.getNode(), actor.getGpusList(), found);
    }

    /** NCCL if it can be. */
    public static Backends best(Records records, List<ActorRecord> actors) {
        return choice(records, actors)
                .obstacle()
                .map(why -> host(actors, why))
                .orElseGet(() -> new Backends(Backend.NCCL, ""));
    }

    /** @param why of interest only where there are GPUs */
    public static Backends host(List<ActorRecord> actors, String why) {
        boolean anyGpu = actors.stream().anyMatch(actor -> actor.getGpusCount() > 0);
        return new Backends(Backend.HOST, anyGpu ? why : "");
    }

    public Duration formingTimeout(Settings settings) {
        return backend == Backend.NCCL ? settings.ncclFormingTimeout() : settings.hostFormingTimeout();
    }
}
