package dev.orrery.internal.fsm;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.util.Map;
import org.slf4j.Logger;

/**
 * One thing that moves through a {@link TransitionTable}. {@link #fire} is the only mutator. Not thread-safe: one thread
 * owns it.
 */
public final class StateMachine<S extends Enum<S>, E extends Enum<E>> {
    private final TransitionTable<S, E> table;
    private final String id;
    private final Logger log;
    private S state;

    public StateMachine(TransitionTable<S, E> table, String id, Logger log) {
        this(table, id, log, table.initial());
    }

    /** Continues from a recorded state. */
    public StateMachine(TransitionTable<S, E> table, String id, Logger log, S state) {
        this.table = table;
        this.id = id;
        this.log = log;
        this.state = state;
    }

    public S state() {
        return state;
    }

    /** Returns whether the state changed; throws INTERNAL for a pair that the table refuses. */
    public boolean fire(E event, String why) {
        Outcome<S> outcome = table.on(state, event);
        if (outcome instanceof Outcome.Go<S> go) {
            S from = state;
            state = go.to();
            if (from != state) {
                log.info("{} {}: {} -> {} on {} ({})", table.name(), id, from, state, event, why);
            }
            return from != state;
        }
        if (outcome instanceof Outcome.Refuse<S> refused) {
            throw OrreryException.of(
                    ErrorCode.INTERNAL,
                    "%s: %s is refused in state %s: %s".formatted(table.name(), event, state, refused.why()),
                    Map.of("id", id));
        }
        log.debug("{} {}: {} ignored in {} ({})", table.name(), id, event, state, why);
        return false;
    }
}
