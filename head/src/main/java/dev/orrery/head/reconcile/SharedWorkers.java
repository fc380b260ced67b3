package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlainActorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The workers that shareable actors live in, while such actors are being placed one after the other. A worker is an actor that hosts
 * others; it never restarts: when it ends, a life of each of its guests does, and their next ones get another worker.
 */
public final class SharedWorkers {
    static final int MOST_GUESTS = 1_000;
    private static final String LABEL = "shared-worker";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /** Whose actors may live together. Artifacts are the same by what is in them, whatever their names. */
    private record Kind(String node, String job, boolean detached, List<String> artifacts) {
        static Kind of(String node, PlainActorSpec spec) {
            List<String> artifacts =
                    spec.getArtifactsList().stream().map(ArtifactRef::getSha256).toList();
            return new Kind(node, spec.getJob(), spec.getDetached(), artifacts);
        }
    }

    private final Draft draft;
    private final Map<Kind, List<ActorRecord>> workers = new HashMap<>();
    /** How many live in each, by its id. */
    private final Map<String, Integer> guests = new HashMap<>();

    SharedWorkers(Draft draft) {
        this.draft = draft;
        for (ActorRecord actor : draft.records().actorsOf(Scope.PLAIN)) {
            if (isGuest(actor) && Lives.isPlaced(actor)) {
                guests.merge(actor.getSharedWorker().getActor(), 1, Integer::sum);
            } else if (isWorker(actor) && takesGuests(actor)) {
                add(actor);
            }
        }
    }

    /** Whether it lives in a worker that it shares. */
    public static boolean isGuest(ActorRecord actor) {
        return actor.getSpec().getShareable();
    }

    /** Whether it is there to host others. */
    public static boolean isWorker(ActorRecord actor) {
        return actor.getSpec().getHostsGuests();
    }

    private static boolean takesGuests(ActorRecord worker) {
        ActorState state = Lives.stateOf(worker);
        return state == ActorState.STARTING || state == ActorState.ALIVE;
    }

    private void add(ActorRecord worker) {
        workers.computeIfAbsent(Kind.of(worker.getNode(), worker.getSpec()), kind -> new ArrayList<>())
                .add(worker);
    }

    /** The one on that node that takes the guest in: one that is there, or a new one, which is started. */
    ActorRecord takeIn(ActorRecord guest, String node) {
        ActorRecord worker = workers.getOrDefault(Kind.of(node, guest.getSpec()), List.of()).stream()
                .filter(one -> guests.getOrDefault(one.getActor(), 0) < MOST_GUESTS)
                .findFirst()
                .orElseGet(() -> start(guest.getSpec(), node));
        guests.merge(worker.getActor(), 1, Integer::sum);
        return worker;
    }

    private ActorRecord start(PlainActorSpec guest, String node) {
        ActorRecord pending = ActorRecord.newBuilder()
                .setActor(draft.nextActorId())
                .setLabel(LABEL)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setHostsGuests(true)
                        .setClassLabel(LABEL)
                        .setJob(guest.getJob())
                        .setDetached(guest.getDetached())
                        .addAllArtifacts(guest.getArtifactsList())
                        .setOpenTimeoutMillis(START_TIMEOUT.toMillis())
                        .setNodeChoice(NodeChoice.newBuilder().setNode(node)))
                .build();
        draft.write(Write.put(pending));
        ActorRecord started = draft.fire(
                pending.toBuilder().setNode(node).setIncarnation(1).build(),
                ActorEvent.PLACED,
                "on " + node + ", for shareable actors");
        add(started);
        return started;
    }
}
