package dev.orrery.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PageSectionsTest {
    private static final String PAGE =
            """
            # Page

            words

            ## A

            old a
            ### deeper

            ## B

            old b
            """;

    @Test
    void aSectionStandsWhereItStoodBefore() {
        assertEquals(PAGE.replace("old a\n### deeper", "new a"), PageSections.replace(PAGE, "## A\n\nnew a\n\n\n"));
    }

    @Test
    void aNewOneFollowsAtTheEnd() {
        assertEquals(PAGE + "\n## C\nc\n\n## D\nd\n", PageSections.replace(PAGE, "## C\nc\n## D\nd"));
    }

    @Test
    void whatHasNoHeadingIsNoSection() {
        assertEquals(PAGE, PageSections.replace(PAGE, "words\n"));
    }
}
