package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadChoiceTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 1);
    private static final HostPort C = new HostPort("c", 1);

    @Test
    void headsTakeTurns() {
        HeadChoice choice = HeadChoice.among(List.of(A, B, C));
        assertEquals(List.of(A, B, C), choice.order());
        choice = choice.unreachable();
        assertEquals(List.of(B, C, A), choice.order());
        choice = choice.refused(C, Optional.empty());
        assertEquals(List.of(A, B, C), choice.order(), "who refused comes last");
    }

    @Test
    void noPauseBeforeEachHeadHadItsTurn() {
        HeadChoice choice = HeadChoice.among(List.of(A, B)).refused(A, Optional.empty());
        assertEquals(Duration.ZERO, choice.pause());
        assertEquals(Duration.ofMillis(50), choice.refused(B, Optional.empty()).pause());
        assertEquals(
                Duration.ofMillis(50),
                HeadChoice.among(List.of(A, B)).unreachable().pause());
    }

    @Test
    void pausesGrowToABound() {
        HeadChoice choice = HeadChoice.among(List.of(A));
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            choice = choice.unreachable();
            pauses.add(choice.pause().toMillis());
        }
        assertEquals(List.of(50L, 100L, 200L, 400L, 500L, 500L, 500L), pauses);
        assertEquals(Duration.ZERO, choice.succeeded(A).pause());
    }

    @Test
    void aNamedLeaderIsTriedAtOnceAndOnce() {
        HeadChoice choice = HeadChoice.among(List.of(A, B)).refused(A, Optional.of(C));
        assertEquals(List.of(C, B, A), choice.order());
        assertEquals(Duration.ZERO, choice.pause());
        choice = choice.refused(C, Optional.of(A));
        assertEquals(List.of(B, A), choice.order(), "two standbys that name each other do not send us round");
    }

    @Test
    void whoNamesItselfIsNotBelieved() {
        assertEquals(
                List.of(B, A),
                HeadChoice.among(List.of(A, B)).refused(A, Optional.of(A)).order());
    }

    @Test
    void theLeaderGoesFirstNextTime() {
        assertEquals(
                List.of(B, A),
                HeadChoice.among(List.of(A, B))
                        .refused(A, Optional.of(B))
                        .succeeded(B)
                        .order());
        assertEquals(
                List.of(C, A), HeadChoice.among(List.of(A)).succeeded(C).order(), "also one that is not configured");
    }
}
