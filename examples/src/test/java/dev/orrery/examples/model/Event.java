package dev.orrery.examples.model;

import java.util.EnumMap;
import java.util.Map;

/** What can happen. */
public enum Event {
    HEAD_STARTS(Actor.HEAD, "head %s is started again"),
    HEAD_TAKES_OVER(Actor.HEAD, "head %s has won the latch and begins to take over"),
    HEAD_RESIGNS(Actor.HEAD, "head %s notices that it leads no more"),
    HEAD_READS(Actor.HEAD, "head %s reads from ZooKeeper"),
    HEAD_WRITES(Actor.HEAD_WITH_REQUEST, "head %s writes %s"),
    ANSWER_LOST(Actor.HEAD_WITH_REQUEST, "head %s loses its connection with ZooKeeper while it writes %s"),
    LATE_WRITE(Actor.HEAD_WITH_REQUEST, "ZooKeeper gets a late write of head %s: %s"),
    HEAD_HEARS(Actor.HEAD_WITH_NODE, "head %s gets a report of %s"),
    HEAD_LOSES_NODE(Actor.HEAD_WITH_NODE, "head %s notices that the connection of %s has ended"),
    TIME_PASSES(Actor.HEAD, "16 s pass for head %s"),
    MOMENT_PASSES(Actor.HEAD, "a moment passes for head %s"),
    HEAD_SCALES(Actor.HEAD, "a client asks head %s for other replicas"),
    HEAD_CRASHES(Actor.HEAD, "head %s is killed"),
    SESSION_EXPIRES(Actor.HEAD, "the session of head %s expires, and it does not notice"),
    SESSION_ENDS(Actor.HEAD, "the session of head %s, which was killed, expires"),
    AGENT_STARTS(Actor.NODE, "the agent of %s is started again"),
    AGENT_REGISTERS(Actor.NODE_WITH_HEAD, "%s registers with head %s"),
    AGENT_GIVES_UP(Actor.NODE, "%s hears nothing and gives its head up"),
    AGENT_CRASHES(Actor.NODE, "the agent of %s is killed"),
    SET_ARRIVES(Actor.NODE_WITH_SET, "%s gets desired set %s"),
    SET_HALF_DONE(Actor.NODE_WITH_SET, "%s gets desired set %s, and its agent is killed in the middle of it"),
    WORKER_CALLS_IN(Actor.WORKER, "%s: worker %s calls in"),
    WORKER_REPORTS(Actor.NODE, "a worker of %s reports"),
    WORKER_EXITS(Actor.WORKER, "%s: worker %s exits as it was asked to"),
    WORKER_CRASHES(Actor.WORKER, "%s: worker %s is killed");

    /** Whom it happens to, and what the second number of a step counts then. */
    public enum Actor {
        HEAD,
        HEAD_WITH_NODE,
        HEAD_WITH_REQUEST,
        NODE,
        NODE_WITH_HEAD,
        NODE_WITH_SET,
        WORKER
    }

    private static final Map<Event, Integer> NUMBERS = new EnumMap<>(Event.class);

    static {
        for (Event event : values()) {
            NUMBERS.put(event, NUMBERS.size());
        }
    }

    private final Actor actor;
    private final String text;

    Event(Actor actor, String text) {
        this.actor = actor;
        this.text = text;
    }

    /** Below the number of kinds that a memo tells apart. */
    int number() {
        return NUMBERS.get(this);
    }

    public Actor actor() {
        return actor;
    }

    public String text(String who, String what) {
        return text.formatted(who, what);
    }
}
