package dev.orrery.agent.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.agent.warm.WarmRules;
import dev.orrery.internal.fsm.TransitionTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of the documentation that is made from the tables of this module. */
final class WorkerSlotsDocumentTest {
    private static final Path PAGE = Path.of("..", "docs", "worker-slots.md");

    private static String render() {
        StringBuilder page = new StringBuilder("# Lives of actors at a node, and processes that wait for one\n\n");
        page.append("Made from `SlotRules` and `WarmRules`; a test compares. To write it anew:\n");
        page.append("`mvn -pl node-agent -am test -Dtest=WorkerSlotsDocumentTest ")
                .append("-Dsurefire.failIfNoSpecifiedTests=false -Dorrery.test.jvmArgs=-Dorrery.regenerate=true`\n\n");
        page.append(
                        "What the head knows of actors is in [state-machines.md](state-machines.md). What is not drawn is ignored ")
                .append("on purpose, or refused as a defect.\n");
        for (TransitionTable<?, ?> table : List.of(SlotRules.TABLE, WarmRules.TABLE)) {
            page.append("\n## ").append(table.name()).append("\n\n```mermaid\n");
            page.append(table.toMermaid()).append("```\n");
        }
        return page.toString();
    }

    @Test
    void isWhatTheTablesSay() throws IOException {
        if (Boolean.getBoolean("orrery.regenerate")) {
            Files.writeString(PAGE, render());
        }
        assertEquals(render(), Files.readString(PAGE), "docs/worker-slots.md is not what the tables say");
    }
}
