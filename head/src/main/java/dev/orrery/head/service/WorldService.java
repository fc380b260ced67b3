package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Backends;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.SharedWorkers;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.CloseWorldResponse;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.FormWorldResponse;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Forms and closes worlds of plain actors: each writes into a draft, or throws and writes nothing. */
public final class WorldService {
    private static final int MOST_MEMBERS = 1_000;

    public FormWorldResponse form(Draft draft, FormWorldRequest request) {
        Optional<WorldRecord> before = draft.records().worlds().stream()
                .filter(world -> !request.getOperation().isEmpty()
                        && world.getFormOperation().equals(request.getOperation()))
                .findFirst();
        if (before.isPresent()) {
            return FormWorldResponse.newBuilder()
                    .setWorld(before.get().getSpec().getId())
                    .build();
        }
        check(draft.records(), request);
        List<ActorRecord> actors = request.getActorsList().stream()
                .map(id -> member(draft.records(), request.getName(), id))
                .toList();
        checkName(draft.records(), request);
        Backends made = backend(draft.records(), request, actors);
        List<WorldMember> members = new ArrayList<>();
        actors.forEach(actor -> members.add(Lives.member(members.size(), actor)));
        WorldSpec spec = WorldSpec.newBuilder()
                .setId(draft.nextWorldId())
                .setName(request.getName())
                .setBackend(made.backend())
                .addAllMembers(members)
                .setFormingTimeoutMillis(
                        request.getFormingTimeoutMillis() > 0
                                ? request.getFormingTimeoutMillis()
                                : made.formingTimeout(draft.settings()).toMillis())
                .build();
        draft.write(Write.put(WorldRecord.newBuilder()
                .setSpec(spec)
                .setState(WorldState.FORMING.toMessage())
                .setFormOperation(request.getOperation())
                .setBackendReason(made.reason())
                .build()));
        draft.reason(
                "",
                "world %x: FORMING (a client forms '%s' of %s, %s)"
                        .formatted(spec.getId(), spec.getName(), labels(spec), spec.getBackend()));
        return FormWorldResponse.newBuilder().setWorld(spec.getId()).build();
    }

    /** Throws UNSUPPORTED when NCCL is asked for and cannot be. */
    private static Backends backend(Records records, FormWorldRequest request, List<ActorRecord> actors) {
        return switch (request.getBackend()) {
            case HOST -> Backends.host(actors, "its driver asked for HOST");
            case NCCL -> {
                Optional<String> obstacle = Backends.choice(records, actors).obstacle();
                if (obstacle.isPresent()) {
                    throw OrreryException.of(
                            ErrorCode.UNSUPPORTED,
                            "world '%s' cannot be of NCCL: %s".formatted(request.getName(), obstacle.get()),
                            Map.of("world", request.getName()));
                }
                yield Backends.best(records, actors);
            }
            case BACKEND_UNSPECIFIED, UNRECOGNIZED -> Backends.best(records, actors);
        };
    }

    private static void check(Records records, FormWorldRequest request) {
        List<String> errors = new ArrayList<>();
        NameRules.wrong("a world", request.getName()).ifPresent(errors::add);
        Set<String> distinct = new HashSet<>();
        Set<String> again = new LinkedHashSet<>();
        request.getActorsList().stream().filter(id -> !distinct.add(id)).forEach(again::add);
        if (distinct.isEmpty() || distinct.size() > MOST_MEMBERS) {
            errors.add("a world has 1 to " + MOST_MEMBERS + " members, not " + distinct.size());
        }
        again.forEach(id -> errors.add("actor '"
                + records.actor(id).map(ActorRecord::getLabel).orElse(id) + "' (" + id
                + ") is named more than once; it can be a member of a world once only"));
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "world '" + request.getName() + "': " + String.join("; ", errors),
                    Map.of("world", request.getName()));
        }
    }

    private static ActorRecord member(Records records, String world, String id) {
        ActorRecord actor = ActorService.byId(records, id);
        Map<String, String> ids = Map.of("world", world, "actor", id);
        if (!Lives.isPlain(actor)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    actor.getLabel() + " is part of a pipeline, whose worlds form by themselves",
                    ids);
        }
        if (SharedWorkers.isGuest(actor)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "actor '%s' is shareable; a member of world '%s' has a worker of its own: start it without shareable()"
                            .formatted(actor.getLabel(), world),
                    ids);
        }
        ActorState state = Lives.stateOf(actor);
        if (state == ActorState.DEAD || state == ActorState.DRAINING) {
            throw OrreryException.of(
                    ErrorCode.ACTOR_DEAD,
                    "actor '%s' is %s and cannot be a member of world '%s'"
                            .formatted(actor.getLabel(), actor.getState(), world),
                    ids,
                    actor.getCausesList().stream().reduce((first, last) -> last).map(ErrorCodec::fromMessage));
        }
        if (state != ActorState.ALIVE) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE,
                    "actor '%s' is %s, not ALIVE yet".formatted(actor.getLabel(), actor.getState()),
                    ids);
        }
        return actor;
    }

    /** A member would not know which of two is meant. */
    private static void checkName(Records records, FormWorldRequest request) {
        Optional<WorldRecord> taken = records.worlds().stream()
                .filter(world -> Lives.isPlain(world)
                        && world.getSpec().getName().equals(request.getName())
                        && WorldState.of(world.getState()) != WorldState.BROKEN)
                .filter(world -> world.getSpec().getMembersList().stream().anyMatch(member -> request.getActorsList()
                        .contains(member.getLife().getActor())))
                .findFirst();
        if (taken.isPresent()) {
            throw OrreryException.of(
                    ErrorCode.ALREADY_EXISTS,
                    "world '%s' of %s is %s; close it first, or take another name"
                            .formatted(
                                    request.getName(),
                                    labels(taken.get().getSpec()),
                                    taken.get().getState()),
                    Map.of("world", Long.toHexString(taken.get().getSpec().getId())));
        }
    }

    private static String labels(WorldSpec spec) {
        return spec.getMembersList().stream().map(WorldMember::getLabel).collect(Collectors.joining(", "));
    }

    /** One that is closed or forgotten stays so. */
    public CloseWorldResponse close(Draft draft, CloseWorldRequest request) {
        draft.records().world(request.getWorld()).ifPresent(world -> {
            if (!Lives.isPlain(world)) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "world %x belongs to pipeline '%s'".formatted(request.getWorld(), world.getPipeline()));
            }
            if (WorldState.of(world.getState()) == WorldState.BROKEN) {
                draft.write(Write.delete(world));
            } else {
                draft.fire(world, WorldEvent.RETIRED, "a client closes it");
            }
        });
        return CloseWorldResponse.getDefaultInstance();
    }

    /** Throws NOT_FOUND. */
    public static WorldRecord find(Records records, long id) {
        return records.world(id)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.NOT_FOUND,
                        "there is no world " + Long.toHexString(id) + "; if there was, it is closed",
                        Map.of("world", Long.toHexString(id))));
    }
}
