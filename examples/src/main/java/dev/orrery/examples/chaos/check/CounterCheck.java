package dev.orrery.examples.chaos.check;

import dev.orrery.error.ErrorCode;
import dev.orrery.examples.chaos.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counters are linearizable, and no call runs twice. In each life a counter begins at 0, so the values that calls are given
 * there are 1, 2, 3 ... in an order that agrees with real time; a value that nobody was given belongs to a call whose
 * outcome its caller does not know. A call that failed without a word on whether it ran may have run, at any time after it
 * was begun, and once at most.
 */
public final class CounterCheck {
    static final String ORDER = "counters are linearizable";
    static final String ONCE = "a call runs at most once";
    static final String ONE_LIFE = "one incarnation is one object";
    static final String NEWEST = "an exclusive actor answers in one incarnation at a time";

    /** A call that was answered. */
    private record Answered(Operation call, Reading reading) {}

    private final Set<String> exclusive;
    private final Map<String, List<Answered>> lives = new TreeMap<>();
    private final Map<String, List<Operation>> doubtful = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** @param exclusive the counters that are exclusive actors */
    public CounterCheck(Set<String> exclusive) {
        this.exclusive = Set.copyOf(exclusive);
    }

    public void accept(Operation call) {
        if (call.kind() != Operation.Kind.INCREMENT) {
            return;
        }
        if (call.outcome() == Operation.Outcome.ANSWERED) {
            Reading reading = Reading.parse(call.detail());
            lives.computeIfAbsent(reading.life(), life -> new ArrayList<>()).add(new Answered(call, reading));
        } else if (!call.detail().equals(ErrorCode.ACTOR_OVERLOADED.name())) {
            doubtful.computeIfAbsent(call.target(), target -> new ArrayList<>()).add(call);
        }
    }

    public int lives() {
        return lives.size();
    }

    /** Looks at all that was accepted. */
    public List<Violation> violations() {
        violations.clear();
        Map<String, Set<Operation>> used = new HashMap<>();
        List<List<Answered>> oldestFirst = new ArrayList<>(lives.values());
        oldestFirst.sort(Comparator.comparingLong(CounterCheck::firstEnd));
        for (List<Answered> life : oldestFirst) {
            life.sort(Comparator.comparingLong(it -> it.reading().value()));
            oneObject(life);
            inOrder(life);
            String target = life.get(0).call().target();
            gaps(life, doubtful.getOrDefault(target, List.of()), used.computeIfAbsent(target, it -> new HashSet<>()));
        }
        newestOnly();
        return List.copyOf(violations);
    }

    private static long firstEnd(List<Answered> life) {
        return life.stream().mapToLong(it -> it.call().endNanos()).min().orElseThrow();
    }

    private void oneObject(List<Answered> life) {
        for (Answered answered : life) {
            if (answered.reading().process() != life.get(0).reading().process()) {
                violate(
                        ONE_LIFE,
                        life.get(0).call() + " and " + answered.call() + " were answered by different objects",
                        life.get(0).call(),
                        answered.call());
                return;
            }
        }
    }

    /** By value: each is given once, and to a call that did not end before one with a lower value was begun. */
    private void inOrder(List<Answered> life) {
        Answered latestStart = life.get(0);
        for (int i = 1; i < life.size(); i++) {
            Answered before = life.get(i - 1);
            Answered now = life.get(i);
            if (before.reading().value() == now.reading().value()) {
                violate(
                        ORDER,
                        before.call() + " and " + now.call() + " were given one value",
                        before.call(),
                        now.call());
            }
            if (before.call().startNanos() > latestStart.call().startNanos()) {
                latestStart = before;
            }
            if (now.call().endNanos() < latestStart.call().startNanos()) {
                violate(
                        ORDER,
                        now.call() + " ended before " + latestStart.call() + " was begun, which has a lower value",
                        now.call(),
                        latestStart.call());
            }
        }
    }

    /**
     * Each value that nobody was given needs a doubtful call of its own that was begun before the first call with a higher
     * value ended. Values are taken from the lowest, with the earliest calls, so that nothing is wasted.
     */
    private void gaps(List<Answered> life, List<Operation> calls, Set<Operation> used) {
        List<Operation> byStart = new ArrayList<>(calls);
        byStart.sort(Comparator.comparingLong(Operation::startNanos));
        long[] endsFrom = new long[life.size()];
        long least = Long.MAX_VALUE;
        for (int i = life.size() - 1; i >= 0; i--) {
            least = Math.min(least, life.get(i).call().endNanos());
            endsFrom[i] = least;
        }
        int next = 0;
        long expected = 1;
        for (int i = 0; i < life.size(); i++) {
            Answered now = life.get(i);
            for (; expected < now.reading().value(); expected++) {
                while (next < byStart.size() && used.contains(byStart.get(next))) {
                    next++;
                }
                if (next == byStart.size() || byStart.get(next).startNanos() > endsFrom[i]) {
                    violate(
                            ONCE,
                            "value " + expected + " before " + now.call()
                                    + " was given to nobody, and there is no call that may have taken it",
                            now.call(),
                            now.call());
                    return;
                }
                used.add(byStart.get(next));
            }
            expected = now.reading().value() + 1;
        }
    }

    private void newestOnly() {
        Map<String, List<Answered>> byActor = new TreeMap<>();
        lives.values().stream()
                .flatMap(List::stream)
                .filter(it -> exclusive.contains(it.call().target()))
                .forEach(it -> byActor.computeIfAbsent(it.reading().actor(), actor -> new ArrayList<>())
                        .add(it));
        for (List<Answered> actor : byActor.values()) {
            actor.sort(Comparator.comparingLong(it -> it.call().endNanos()));
            Answered newest = actor.get(0);
            for (Answered now : actor) {
                boolean older = now.reading().incarnation() < newest.reading().incarnation();
                if (older && now.call().startNanos() > newest.call().endNanos()) {
                    violate(
                            NEWEST,
                            now.call() + " was answered by an older life than " + newest.call() + " before it",
                            newest.call(),
                            now.call());
                }
                if (now.reading().incarnation() > newest.reading().incarnation()) {
                    newest = now;
                }
            }
        }
    }

    private void violate(String rule, String what, Operation first, Operation second) {
        violations.add(new Violation(
                rule,
                what,
                Math.min(first.startNanos(), second.startNanos()),
                Math.max(first.endNanos(), second.endNanos())));
    }
}
