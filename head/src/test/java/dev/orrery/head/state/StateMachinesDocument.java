package dev.orrery.head.state;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.nio.file.Path;
import java.util.Locale;

/** The page of the documentation that is made from the transition tables. */
final class StateMachinesDocument {
    /** From the module's folder, where its tests run. */
    static final Path PATH = Path.of("..", "docs", "state-machines.md");

    private StateMachinesDocument() {}

    static String render() {
        StringBuilder page = new StringBuilder("# State machines\n\n");
        page.append("Made from `dev.orrery.head.state.StateTables`; a test compares. To write it anew:\n");
        page.append("`mvn -pl head test -Dtest=StateTablesTest -Dorrery.regenerate=true`\n\n");
        page.append("Every pair of state and event is acted on, ignored on purpose, or refused as a defect.\n");
        StateTables.ALL.forEach(table -> render(page, table));
        return page.toString();
    }

    private static <S extends Enum<S>, E extends Enum<E>> void render(StringBuilder page, TransitionTable<S, E> table) {
        String name = table.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + table.name().substring(1);
        page.append("\n## ").append(name).append("\n\n```mermaid\n").append(table.toMermaid());
        page.append("```\n\n| state | event | outcome |\n|---|---|---|\n");
        for (S state : table.states().getEnumConstants()) {
            for (E event : table.events().getEnumConstants()) {
                page.append("| %s | %s | %s |\n".formatted(state, event, outcome(table.on(state, event))));
            }
        }
    }

    private static String outcome(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Go<?> go) {
            return "to " + go.to();
        } else if (outcome instanceof Outcome.Ignore<?> ignore) {
            return "ignored: " + ignore.why();
        }
        return "refused: " + ((Outcome.Refuse<?>) outcome).why();
    }
}
