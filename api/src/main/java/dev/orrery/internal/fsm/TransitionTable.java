package dev.orrery.internal.fsm;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Every (state, event) pair of a state machine: go to a state, ignore on purpose, or refuse. {@link Builder#build()}
 * fails when a pair was left out or said twice, so a table is complete.
 */
public final class TransitionTable<S extends Enum<S>, E extends Enum<E>> {
    /** What a pair leads to. */
    public sealed interface Outcome<S> {
        record Go<S>(S to) implements Outcome<S> {}

        record Ignore<S>(String why) implements Outcome<S> {}

        record Refuse<S>(String why) implements Outcome<S> {}
    }

    private final String name;
    private final S initial;
    private final Class<S> states;
    private final Class<E> events;
    private final Map<S, Map<E, Outcome<S>>> outcomes;

    private TransitionTable(Builder<S, E> builder) {
        this.name = builder.name;
        this.initial = builder.initial;
        this.states = builder.states;
        this.events = builder.events;
        this.outcomes = builder.outcomes;
    }

    public static <S extends Enum<S>, E extends Enum<E>> Builder<S, E> named(String name, S initial, Class<E> events) {
        return new Builder<>(name, initial, events);
    }

    public String name() {
        return name;
    }

    public S initial() {
        return initial;
    }

    public Class<S> states() {
        return states;
    }

    public Class<E> events() {
        return events;
    }

    public Outcome<S> on(S state, E event) {
        return outcomes.get(state).get(event);
    }

    /** The diagram in Mermaid's notation; events that go between the same states share an arrow. */
    public String toMermaid() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n    [*] --> " + initial + "\n");
        for (S from : states.getEnumConstants()) {
            Map<S, Set<String>> arrows = new EnumMap<>(states);
            for (E event : events.getEnumConstants()) {
                if (on(from, event) instanceof Outcome.Go<S> go && go.to() != from) {
                    arrows.computeIfAbsent(go.to(), to -> new TreeSet<>()).add(event.name());
                }
            }
            arrows.forEach(
                    (to, names) -> text.append("    %s --> %s: %s%n".formatted(from, to, String.join(", ", names))));
        }
        return text.toString();
    }

    /** Collects the pairs. */
    public static final class Builder<S extends Enum<S>, E extends Enum<E>> {
        private final String name;
        private final S initial;
        private final Class<S> states;
        private final Class<E> events;
        private final Map<S, Map<E, Outcome<S>>> outcomes;

        private Builder(String name, S initial, Class<E> events) {
            this.name = name;
            this.initial = initial;
            this.states = initial.getDeclaringClass();
            this.events = events;
            this.outcomes = new EnumMap<>(states);
        }

        public Builder<S, E> go(S from, E event, S to) {
            return put(from, event, new Outcome.Go<>(to));
        }

        public Builder<S, E> ignore(S from, E event, String why) {
            return put(from, event, new Outcome.Ignore<>(why));
        }

        public Builder<S, E> refuse(S from, E event, String why) {
            return put(from, event, new Outcome.Refuse<>(why));
        }

        /** The same outcome for every pair of {@code from} that was not said yet; call it last for a state. */
        public Builder<S, E> rest(S from, Function<E, Outcome<S>> outcome) {
            for (E event : events.getEnumConstants()) {
                if (!row(from).containsKey(event)) {
                    put(from, event, outcome.apply(event));
                }
            }
            return this;
        }

        private Builder<S, E> put(S from, E event, Outcome<S> outcome) {
            if (row(from).putIfAbsent(event, outcome) != null) {
                throw new IllegalStateException(name + ": (" + from + ", " + event + ") was said twice");
            }
            return this;
        }

        private Map<E, Outcome<S>> row(S from) {
            return outcomes.computeIfAbsent(from, state -> new EnumMap<>(events));
        }

        public TransitionTable<S, E> build() {
            for (S state : states.getEnumConstants()) {
                Set<E> missing = EnumSet.allOf(events);
                missing.removeAll(row(state).keySet());
                if (!missing.isEmpty()) {
                    throw new IllegalStateException(name + ": nothing said about " + missing + " in " + state);
                }
            }
            return new TransitionTable<>(this);
        }
    }
}
