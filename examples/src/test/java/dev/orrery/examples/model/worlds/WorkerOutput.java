package dev.orrery.examples.model.worlds;

import dev.orrery.gateway.core.Effect;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a worker does to the world outside within one step, in order. */
final class WorkerOutput {
    /** @param gateway empty: all */
    record Notice(Optional<ActorLife> gateway, ReplicaNotice notice) {}

    /** @param header whose hop tells the world */
    record Sent(long world, StageMessageHeader header) {}

    final List<WorldSpec> joined = new ArrayList<>();
    final List<Long> left = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    final List<Effect.Cancel> cancels = new ArrayList<>();
    final List<Effect.Complete> completed = new ArrayList<>();
    /** Paths that a gateway sent requests on. */
    final List<List<Long>> paths = new ArrayList<>();

    /** Answers that a gateway without bookkeeping would pass on. */
    final List<Long> passedOn = new ArrayList<>();

    final List<String> violations = new ArrayList<>();
}
