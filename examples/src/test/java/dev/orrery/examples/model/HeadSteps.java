package dev.orrery.examples.model;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.model.HeadSurroundings.Sent;
import dev.orrery.examples.model.HeadSurroundings.Waits;
import dev.orrery.examples.model.ModelledHead.Input;
import dev.orrery.examples.model.ModelledHead.State;
import dev.orrery.head.control.ControlOptions;
import dev.orrery.head.control.LeaderAccess;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.reconcile.ObservedAccess;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.zookeeper.HeadSelf;
import dev.orrery.head.zookeeper.StoreAccess;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs production's leader for one step at a time. Where it waits for ZooKeeper the step is broken off, and run again from its
 * beginning once the answer is chosen.
 */
public final class HeadSteps {
    public static final String CLUSTER = "model";
    /** Longer than all but the death of a node; two of them are longer than that. */
    public static final Duration SILENCE = Duration.ofSeconds(16);

    /** Longer than what failed once is left alone, and far shorter than anything that is waited for. */
    public static final Duration MOMENT = Duration.ofMillis(250);

    private static final Duration SUSPECTED_AFTER = Duration.ofSeconds(2);
    private static final ControlOptions OPTIONS = options(SUSPECTED_AFTER);

    /** Where moments pass in which nobody is said to have been silent. */
    private static final ControlOptions PATIENT = options(Duration.ofSeconds(10));

    /**
     * What a step comes to.
     *
     * @param ended whether its leadership, or its candidacy, ended in it
     */
    public record Result(State after, List<Sent> sent, boolean ended) {}

    private final HeadSurroundings surroundings = new HeadSurroundings();
    private final ControlOptions options;

    /** @param patient see {@link Bounds#patient} */
    public HeadSteps(boolean patient) {
        this.options = patient ? PATIENT : OPTIONS;
    }

    private static ControlOptions options(Duration suspectAfter) {
        return ControlOptions.of(Settings.of(suspectAfter, Duration.ofSeconds(30), Duration.ofSeconds(5)));
    }

    /** Something happens to a head that is idle. */
    public Result take(State state, Input input) {
        return run(state.before(), input, List.of());
    }

    /** ZooKeeper answers a head that waits. */
    public Result answered(State state, StoreAnswer answer) {
        List<StoreAnswer> answers =
                Stream.concat(state.answers().stream(), Stream.of(answer)).toList();
        return run(state.before(), state.underWay().orElseThrow(), answers);
    }

    private Result run(ModelledHead before, Input input, List<StoreAnswer> answers) {
        ModelledHead head = GraphCopy.of(before);
        surroundings.begin(head, answers);
        boolean ended;
        try {
            ended = perform(head, input);
        } catch (Waits waits) {
            return new Result(new State(before, Optional.of(input), answers, waits.asked()), List.of(), false);
        }
        List<Sent> sent = surroundings.sent();
        if (!head.stepIsDue) {
            return new Result(State.between(head), sent, ended);
        }
        head.stepIsDue = false;
        surroundings.begin(head, List.of());
        try {
            boolean endedThen = perform(head, new Input.Step());
            List<Sent> all = new ArrayList<>(sent);
            all.addAll(surroundings.sent());
            return new Result(State.between(head), all, ended || endedThen);
        } catch (Waits waits) {
            ModelledHead then = whenStepIsDue(before, input, answers);
            return new Result(new State(then, Optional.of(new Input.Step()), List.of(), waits.asked()), sent, ended);
        }
    }

    /** The head as it was before a step that has begun to change it, by going there again. */
    private ModelledHead whenStepIsDue(ModelledHead before, Input input, List<StoreAnswer> answers) {
        ModelledHead head = GraphCopy.of(before);
        surroundings.begin(head, answers);
        boolean ignored = perform(head, input);
        head.stepIsDue = false;
        return head;
    }

    /** Returns whether leadership or candidacy is over. */
    private boolean perform(ModelledHead head, Input input) {
        if (input instanceof Input.TakeOver) {
            return !takeOver(head);
        } else if (input instanceof Input.Registered registered) {
            head.open.put(registered.hello().getNode(), registered.connection());
            leader(head)
                    .registered(
                            surroundings.connection(registered.hello().getNode(), registered.connection()),
                            registered.hello());
            head.stepIsDue = true;
        } else if (input instanceof Input.Reported reported) {
            head.stepIsDue = leader(head).reported(reported.report());
        } else if (input instanceof Input.Disconnected gone) {
            head.open.remove(gone.node(), gone.connection());
            leader(head).disconnected(surroundings.connection(gone.node(), gone.connection()), gone.node());
            head.stepIsDue = true;
        } else if (input instanceof Input.Moment) {
            head.nowNanos += MOMENT.toNanos();
            head.stepIsDue = true;
        } else if (input instanceof Input.Scaled scaled) {
            leader(head).scale(scaled.pipeline(), scaled.stage(), scaled.replicas());
            return !step(head);
        } else if (input instanceof Input.Silence) {
            return !beSilent(head);
        } else {
            return !step(head);
        }
        return false;
    }

    /** It looks at the time often enough to know that it was not itself that stood still. */
    private static boolean beSilent(ModelledHead head) {
        long end = head.nowNanos + SILENCE.toNanos();
        while (head.nowNanos < end) {
            head.nowNanos += SUSPECTED_AFTER.toNanos();
            if (!step(head)) {
                return false;
            }
        }
        return true;
    }

    private boolean takeOver(ModelledHead head) {
        HeadSelf self = new HeadSelf(head.name, new HostPort(head.name, 6400));
        Optional<ClusterStore> won = surroundings.raise(CLUSTER, self, candidate(head), surroundings);
        head.store = won;
        head.leader = won.map(store -> new LeaderAccess(store, options, surroundings));
        head.stepIsDue = won.isPresent();
        return won.isPresent();
    }

    private static boolean step(ModelledHead head) {
        try {
            leader(head).step();
            return true;
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            resign(head);
            return false;
        }
    }

    /** Leadership is over, and with it every connection counts for nothing. */
    public static void resign(ModelledHead head) {
        head.store = Optional.empty();
        head.leader = Optional.empty();
        head.open.clear();
    }

    private static LeaderAccess leader(ModelledHead head) {
        return head.leader.orElseThrow();
    }

    /** The number of the newest report of a node that an idle head has heard; 0: none. */
    static long heard(ModelledHead head, int node) {
        return head.leader
                .flatMap(leader -> leader.state().observed().node(Row.nodeName(node)))
                .map(SeenNode::sequence)
                .orElse(0L);
    }

    /** The reports of a node that a leader has heard are counted anew. */
    static ModelledHead recounted(ModelledHead before, int node, Recount counts) {
        ModelledHead head = GraphCopy.of(before);
        ObservedAccess.renumber(leader(head).state().observed(), Row.nodeName(node), counts::of);
        return head;
    }

    public static String candidate(ModelledHead head) {
        return StoreAccess.latch(CLUSTER, head.name + "-" + head.candidacy);
    }
}
