package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.nccl.gpu.GroupPhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of the documentation that is made from the tables of this module. */
final class PhasesDocumentTest {
    private static final Path PAGE = Path.of("..", "docs", "world-phases.md");

    private static String render() {
        StringBuilder page = new StringBuilder("# Phases of worlds and of groups of NCCL, at a member\n\n");
        page.append("Made from `WorldPhase` and `GroupPhase`; a test compares. To write it anew:\n");
        page.append("`mvn -pl nccl -am test -Dtest=PhasesDocumentTest -Dsurefire.failIfNoSpecifiedTests=false ")
                .append("-Dorrery.regenerate=true`\n\n");
        page.append(
                        "What the head knows of worlds is in [state-machines.md](state-machines.md). What is not drawn is ignored ")
                .append("on purpose, or refused as a defect.\n");
        for (TransitionTable<?, ?> table : List.of(WorldPhase.TABLE, GroupPhase.TABLE)) {
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
        assertEquals(render(), Files.readString(PAGE), "docs/world-phases.md is not what the tables say");
    }
}
