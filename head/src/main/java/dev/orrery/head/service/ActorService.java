package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NamespaceRecord;
import dev.orrery.head.reconcile.Causes;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.ExclusiveLeases;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.JobReconciler;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.PlacementGroups;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.StartActorResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Starts, finds and kills plain actors: each writes into a draft, or throws and writes nothing. */
public final class ActorService {
    private static final int NAMES_TOLD = 20;

    private final Function<List<ArtifactRef>, List<ArtifactRef>> missingArtifacts;

    /** @param missingArtifacts those of the given that the head does not hold */
    public ActorService(Function<List<ArtifactRef>, List<ArtifactRef>> missingArtifacts) {
        this.missingArtifacts = missingArtifacts;
    }

    public StartActorResponse start(Draft draft, StartActorRequest request) {
        Optional<ActorRecord> before = draft.records().actorStartedBy(request.getOperation());
        if (before.isPresent()) {
            return started(before.get());
        }
        PlainActorSpec spec = PlainActorSpecs.checked(request);
        String label = PlainActorSpecs.label(spec);
        String namespace = Lives.namespace(spec.getNamespace());
        checkName(draft, namespace, spec.getName());
        Artifacts.checkPresent(missingArtifacts, spec.getArtifactsList(), Map.of("actor", label));
        ActorRecord actor = ActorRecord.newBuilder()
                .setActor(draft.nextActorId())
                .setLabel(label)
                .setState(ActorState.PENDING.name())
                .setSpec(spec)
                .setStartOperation(request.getOperation())
                .build();
        if (PlacementGroups.isInGroup(actor)) {
            checkGroup(draft, actor);
        }
        if (JobReconciler.isOwned(actor)) {
            // Before the actor, which would be killed if it were found without it.
            JobService.own(draft, request.getJob());
        }
        draft.write(Write.put(actor));
        if (!spec.getName().isEmpty()) {
            giveName(
                    draft,
                    NameRecord.newBuilder()
                            .setNamespace(namespace)
                            .setName(spec.getName())
                            .setActor(actor.getActor())
                            .build());
        }
        draft.reason("", "actor %s %s: PENDING (a client starts it)".formatted(label, actor.getActor()));
        return started(actor);
    }

    private static StartActorResponse started(ActorRecord actor) {
        return StartActorResponse.newBuilder().setActor(actor.getActor()).build();
    }

    /** What fits no bundle never will, unlike what fits no node. */
    private static void checkGroup(Draft draft, ActorRecord actor) {
        PlacementGroupService.requirePlaceFor(draft.records(), actor);
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        if (rooms.neverFits(actor)) {
            throw OrreryException.of(
                    ErrorCode.DOES_NOT_FIT,
                    rooms.explain(actor),
                    Map.of("placement-group", PlacementGroups.groupOf(actor)));
        }
    }

    private static void giveName(Draft draft, NameRecord name) {
        boolean isFirst = !name.getNamespace().equals(NameRules.DEFAULT_NAMESPACE)
                && draft.records().namespace(name.getNamespace()).isEmpty();
        if (isFirst) {
            draft.write(Write.put(NamespaceRecord.newBuilder()
                    .setNamespace(name.getNamespace())
                    .build()));
        }
        draft.write(Write.put(name));
    }

    private static void checkName(Draft draft, String namespace, String name) {
        Optional<ActorRecord> owner = draft.records().name(namespace, name).flatMap(taken -> draft.records()
                .actor(taken.getActor()));
        if (owner.isEmpty()) {
            return;
        }
        ActorState state = Lives.stateOf(owner.get());
        Duration lease = ExclusiveLeases.left(draft, owner.get());
        if (state == ActorState.DEAD && lease.isZero()) {
            return;
        }
        String advice =
                switch (state) {
                    case DRAINING -> "is still being killed; wait until it is DEAD";
                    case DEAD ->
                        "is exclusive and DEAD, but its last life, of which nothing is heard, may hold its lease; wait "
                                + lease.toMillis() + " ms";
                    default -> "is there already (" + state + "); kill it first, or use it by its name";
                };
        throw OrreryException.of(
                ErrorCode.ALREADY_EXISTS,
                "actor '" + name + "' of namespace '" + namespace + "' " + advice,
                Map.of("actor", owner.get().getActor()));
    }

    /** What is dead or forgotten stays so. */
    public KillActorResponse kill(Draft draft, KillActorRequest request) {
        Optional<ActorRecord> known = draft.records().actor(request.getActor());
        if (known.isPresent() && !Lives.isPlain(known.get())) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "actor %s belongs to pipeline '%s'; scale or undeploy that"
                            .formatted(request.getActor(), known.get().getPipeline()),
                    Map.of("actor", request.getActor()));
        }
        known.filter(actor -> Lives.stateOf(actor) != ActorState.DEAD && Lives.stateOf(actor) != ActorState.DRAINING)
                .ifPresent(actor -> draft.fire(
                        Causes.add(actor.toBuilder(), endedBy(request)).build(),
                        ActorEvent.DRAIN_ASKED,
                        request.getByItself() ? "it exits" : "a client kills it"));
        return KillActorResponse.getDefaultInstance();
    }

    private static Failure endedBy(KillActorRequest request) {
        return request.getByItself()
                ? Causes.of("exit", "the actor ended itself")
                : Causes.of("killed", "a driver killed it");
    }

    /** By name, the one that lives, or else the one of that name that died last. Throws NOT_FOUND. */
    public static ActorRecord find(Records records, DescribeActorRequest request) {
        return switch (request.getWhichCase()) {
            case ACTOR -> byId(records, request.getActor());
            case NAME -> byName(records, Lives.namespace(request.getNamespace()), request.getName());
            case WHICH_NOT_SET ->
                throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "say which actor, by its id or its name");
        };
    }

    static ActorRecord byId(Records records, String id) {
        return records.actor(id)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.NOT_FOUND,
                        "there is no actor " + id + "; if there was, it died so long ago that it is forgotten",
                        Map.of("actor", id)));
    }

    private static ActorRecord byName(Records records, String namespace, String name) {
        return records.name(namespace, name)
                .flatMap(taken -> records.actor(taken.getActor()))
                .or(() -> named(records)
                        .filter(actor -> actor.getSpec().getName().equals(name)
                                && Lives.namespaceOf(actor).equals(namespace))
                        .max(Comparator.comparing(ActorRecord::getActor, Ids::byAge)))
                .orElseThrow(() -> unknown(records, namespace, name));
    }

    private static OrreryException unknown(Records records, String namespace, String name) {
        List<String> names = named(records)
                .filter(actor -> Lives.namespaceOf(actor).equals(namespace))
                .map(actor -> actor.getSpec().getName())
                .distinct()
                .limit(NAMES_TOLD)
                .toList();
        List<String> elsewhere = named(records)
                .filter(actor -> actor.getSpec().getName().equals(name))
                .map(actor -> "'" + Lives.namespaceOf(actor) + "'")
                .distinct()
                .limit(NAMES_TOLD)
                .toList();
        String there = names.isEmpty() ? "no actor has a name there" : "names there are: " + String.join(", ", names);
        String hint = elsewhere.isEmpty() ? "" : "; one is in namespace " + String.join(", ", elsewhere);
        return OrreryException.of(
                ErrorCode.NOT_FOUND,
                "no actor is called '" + name + "' in namespace '" + namespace + "'; " + there + hint,
                Map.of("actor", name));
    }

    private static Stream<ActorRecord> named(Records records) {
        return plain(records).filter(actor -> !actor.getSpec().getName().isEmpty());
    }

    private static Stream<ActorRecord> plain(Records records) {
        return records.actors().stream().filter(Lives::isPlain);
    }
}
