package dev.orrery.head.control;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;

/** The network between workers: a world is READY once both members were told, BROKEN when one dies. */
final class TestingWorlds {
    private final Function<ActorLife, Optional<TestingWorker>> workers;
    private final Set<Long> failed = new HashSet<>();
    private final Set<Long> ready = new HashSet<>();
    private LongPredicate doomed = world -> false;

    TestingWorlds(Function<ActorLife, Optional<TestingWorker>> workers) {
        this.workers = workers;
    }

    /** Worlds that fail to form. */
    void doomed(LongPredicate which) {
        this.doomed = which;
    }

    void breakWorld(long world) {
        failed.add(world);
    }

    WorldState next(TestingWorker self, WorldSpec spec, WorldState before) {
        long id = spec.getId();
        if (before == WorldState.BROKEN || before == WorldState.CLOSED) {
            return before;
        }
        WorldMember other = spec.getMembersList().stream()
                .filter(member -> !member.getLife().equals(self.life))
                .findFirst()
                .orElseThrow();
        Optional<TestingWorker> peer = workers.apply(other.getLife()).filter(TestingWorker::isOpen);
        if (peer.isEmpty() || failed.contains(id)) {
            return before == WorldState.READY || failed.contains(id) ? WorldState.BROKEN : before;
        }
        boolean told = peer.get().worlds.containsKey(id);
        if (told && doomed.test(id)) {
            failed.add(id);
            return WorldState.BROKEN;
        }
        if (told) {
            ready.add(id);
            return WorldState.READY;
        }
        return ready.contains(id) ? WorldState.CLOSED : before;
    }
}
