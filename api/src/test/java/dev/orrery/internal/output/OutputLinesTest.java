package dev.orrery.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutputLinesTest {
    private final OutputLines lines = new OutputLines();

    private List<String> take(String piece) {
        return lines.take(ByteString.copyFromUtf8(piece));
    }

    @Test
    void linesAreToldOnceTheyAreComplete() {
        assertEquals(List.of(), take("on"));
        assertEquals(List.of("one", "", "two"), take("e\n\ntwo\nthr"));
        assertEquals(List.of("three"), take("ee\r\n"));
        assertEquals(Optional.empty(), lines.rest());
        take("four");
        assertEquals(Optional.of("four"), lines.rest());
        assertEquals(Optional.empty(), lines.rest());
    }

    @Test
    void aCharacterMayBeCutAnywhere() {
        String text = "Grüße, 世界 \uD83D\uDE00\n".repeat(3);
        ByteString bytes = ByteString.copyFromUtf8(text);
        for (int size = 1; size <= 7; size++) {
            List<String> all = new ArrayList<>();
            for (int at = 0; at < bytes.size(); at += size) {
                all.addAll(lines.take(bytes.substring(at, Math.min(bytes.size(), at + size))));
            }
            assertEquals(text.lines().toList(), all, "in pieces of " + size);
        }
    }

    @Test
    void whatIsNoTextIsTold() {
        assertEquals(List.of("a\uFFFDb"), lines.take(ByteString.copyFrom(new byte[] {'a', (byte) 0xFF, 'b', '\n'})));
    }

    @Test
    void aLineWithoutAnEndIsToldInParts() {
        String shifted = "x" + "ü".repeat(OutputLines.LONGEST);
        List<String> parts = new ArrayList<>(take(shifted));
        assertTrue(parts.size() >= 2, () -> parts.size() + " parts");
        parts.addAll(take("!\n"));
        assertEquals(shifted + "!", String.join("", parts));
        assertEquals(List.of("y".repeat(OutputLines.LONGEST), "z"), take("y".repeat(OutputLines.LONGEST) + "\nz\n"));
    }

    @Test
    void afterAGapThatBeginsAnywhereTheFirstWholeLineCounts() {
        take("begun");
        lines.skip();
        assertEquals(List.of(), take("of a line"));
        assertEquals(Optional.empty(), lines.rest());
        lines.skip();
        assertEquals(List.of("whole"), take("half\nwhole\n"));
        lines.skip();
        assertEquals(List.of(), take("x".repeat(2 * OutputLines.LONGEST)));
        assertEquals(List.of("next"), take("its end\nnext\n"));
    }
}
