package dev.orrery.examples.model;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.orrery.examples.model.StoreRequest.Change;
import dev.orrery.examples.model.StoreRequest.Kind;
import dev.orrery.examples.model.StoreState.Outcome;
import dev.orrery.examples.model.StoreState.Znode;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.zookeeper.StoreAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException.Code;

/** ZooKeeper, by numbers. */
public final class StorePart {
    /**
     * The newest life of an actor.
     *
     * @param deadNodes that were given up for dead with lives of it
     */
    public record Placed(String actor, long incarnation, Set<String> deadNodes) {}

    /** What came of a write. */
    public record Written(int after, StoreAnswer answer, List<String> violations) {}

    private static final String EPOCH = StoreAccess.epochPath(HeadSteps.CLUSTER);
    private static final String ROOT = EPOCH.substring(0, EPOCH.lastIndexOf('/'));
    private static final String ACTORS = "/actors/";
    private static final String WORLDS = "/worlds/";

    /** As the reconciler of actors says it. */
    private static final Pattern DEAD = Pattern.compile("node (\\S+) is dead");

    private final Guards guards;
    private final Interner<StoreState> states = new Interner<>();
    private final Interner<StoreRequest> requests = new Interner<>();
    private final Memo<Written> writes = new Memo<>();
    private final PerState<Long> epochs =
            new PerState<>(state -> epoch(state(state)).getEpoch());
    private final PerState<Map<String, Placed>> newest = new PerState<>(state -> placed(state(state)));
    private final NumberMemo overs = new NumberMemo();
    private final NumberMemo candidates = new NumberMemo();
    private final Values<String> names = new Values<>();

    public StorePart(Guards guards) {
        this.guards = guards;
    }

    public int number(StoreState state) {
        return states.number(state);
    }

    public int number(StoreRequest request) {
        return requests.number(request);
    }

    public StoreState state(int number) {
        return states.value(number);
    }

    public StoreRequest request(int number) {
        return requests.value(number);
    }

    public int size() {
        return states.size();
    }

    public int withCandidate(int state, String candidate) {
        return candidates.get(
                state,
                0,
                names.number(candidate),
                () -> states.number(state(state).withCandidate(candidate)));
    }

    public int withoutCandidate(int state, String candidate) {
        return candidates.get(
                state,
                1,
                names.number(candidate),
                () -> states.number(state(state).withoutCandidate(candidate)));
    }

    public long epoch(int state) {
        return epochs.of(state);
    }

    private static EpochRecord epoch(StoreState state) {
        return parse(EpochRecord.parser(), state.znodes().get(EPOCH));
    }

    /** Whether the write would be refused now and for ever, as versions only rise. */
    public boolean isOver(int state, int request) {
        return overs.get(state, 0, request, () -> isOver(state(state), request(request)) ? 1 : 0) == 1;
    }

    private boolean isOver(StoreState state, StoreRequest request) {
        return request.changes().stream()
                .filter(change -> change.path().equals(EPOCH) && (change.kind() == Kind.SET || isChecked(change)))
                .anyMatch(change -> change.version() < state.znodes().get(EPOCH).version());
    }

    public Written write(int state, int request) {
        return writes.get(state, 0, request, () -> write(state(state), request(request)));
    }

    private Written write(StoreState before, StoreRequest request) {
        Outcome outcome = before.apply(request, this::isChecked);
        StoreAnswer answer = outcome.code() == Code.OK
                ? new StoreAnswer.Written(outcome.versions())
                : new StoreAnswer.Refused(
                        outcome.code(),
                        outcome.refusedIndex(),
                        request.changes().size());
        List<String> violations = new ArrayList<>();
        if (outcome.code() == Code.OK) {
            judge(before, outcome.after(), request, violations);
        }
        return new Written(states.number(withWorlds(outcome.after(), request, violations)), answer, violations);
    }

    /** A world's id is never used again, and its members never change. */
    private static StoreState withWorlds(StoreState after, StoreRequest request, List<String> violations) {
        TreeMap<String, String> worlds = new TreeMap<>(after.worlds());
        for (Change change : request.changes()) {
            boolean written = change.kind() == Kind.CREATE || change.kind() == Kind.SET;
            Znode now = after.znodes().get(change.path());
            if (written && change.path().contains(WORLDS) && now != null) {
                String members = StoreRequest.text(
                        parse(WorldRecord.parser(), now).getSpec().toByteArray());
                String before = worlds.putIfAbsent(change.path(), members);
                if (before != null && change.kind() == Kind.CREATE) {
                    violations.add("the id of world " + change.path() + " is used a second time");
                } else if (before != null && !before.equals(members)) {
                    violations.add("the members of world " + change.path() + " change");
                }
            }
        }
        return worlds.size() == after.worlds().size() ? after : after.withWorlds(worlds);
    }

    /** Without the guard the epoch's znode may be what it likes, for all that changes records. */
    private boolean isChecked(Change change) {
        return guards.storeChecksEpoch()
                || change.kind() != Kind.CHECK
                || !change.path().equals(EPOCH);
    }

    private static void judge(StoreState before, StoreState after, StoreRequest request, List<String> violations) {
        long epoch = epoch(before).getEpoch();
        if (request.epoch() != 0 && request.epoch() != epoch) {
            violations.add("a write of epoch " + request.epoch() + " lands in epoch " + epoch);
        }
        if (request.epoch() == 0 && epoch(after).getEpoch() != epoch + 1) {
            violations.add("epoch " + epoch(after).getEpoch() + " follows epoch " + epoch);
        }
        for (Change change : request.changes()) {
            if (change.path().contains(ACTORS) && change.kind() == Kind.SET) {
                ActorRecord old = parse(ActorRecord.parser(), before.znodes().get(change.path()));
                ActorRecord now = parse(ActorRecord.parser(), after.znodes().get(change.path()));
                judge(old, now, violations);
            }
        }
    }

    private static void judge(ActorRecord old, ActorRecord now, List<String> violations) {
        if (now.getIncarnation() < old.getIncarnation()) {
            violations.add("incarnation %d of actor %s follows incarnation %d"
                    .formatted(now.getIncarnation(), now.getActor(), old.getIncarnation()));
        }
    }

    /** The newest life of each actor. */
    public Map<String, Placed> placed(int state) {
        return newest.of(state);
    }

    private static Map<String, Placed> placed(StoreState state) {
        return state.znodes().entrySet().stream()
                .filter(znode -> znode.getKey().contains(ACTORS))
                .map(znode -> placed(parse(ActorRecord.parser(), znode.getValue())))
                .collect(Collectors.toMap(Placed::actor, Function.identity()));
    }

    private static Placed placed(ActorRecord actor) {
        Set<String> deadNodes = actor.getCausesList().stream()
                .map(cause -> DEAD.matcher(cause.getMessage()))
                .filter(Matcher::matches)
                .map(dead -> dead.group(1))
                .collect(Collectors.toSet());
        return new Placed(actor.getActor(), actor.getIncarnation(), deadNodes);
    }

    /** By whose right, and what of. */
    public String describe(int request) {
        List<String> records = request(request).changes().stream()
                .filter(change -> change.kind() != Kind.CHECK)
                .map(change ->
                        change.path().substring(ROOT.length()) + (change.kind() == Kind.DELETE ? " (deleted)" : ""))
                .toList();
        long epoch = request(request).epoch();
        return records + (epoch == 0 ? "" : " of epoch " + epoch);
    }

    private static <T> T parse(Parser<T> parser, Znode znode) {
        try {
            return parser.parseFrom(StoreRequest.bytes(znode.value()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
