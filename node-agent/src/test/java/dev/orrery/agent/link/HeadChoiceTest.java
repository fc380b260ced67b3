package dev.orrery.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadChoiceTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 1);
    private static final HostPort C = new HostPort("c", 1);

    @Test
    void headsTakeTurns() {
        HeadChoice choice = HeadChoice.among(List.of(A, B));
        assertEquals(A, choice.address());
        choice = choice.failed(Optional.empty());
        assertEquals(B, choice.address());
        assertEquals(Duration.ZERO, choice.pause(), "the first round is without pauses");
        choice = choice.failed(Optional.empty());
        assertEquals(A, choice.address());
        assertEquals(Duration.ofMillis(50), choice.pause());
    }

    @Test
    void pausesGrowToABound() {
        HeadChoice choice = HeadChoice.among(List.of(A));
        List<Long> pauses = new java.util.ArrayList<>();
        for (int i = 0; i < 7; i++) {
            choice = choice.failed(Optional.empty());
            pauses.add(choice.pause().toMillis());
        }
        assertEquals(List.of(50L, 100L, 200L, 400L, 500L, 500L, 500L), pauses);
        assertEquals(Duration.ZERO, choice.succeeded().pause());
    }

    @Test
    void aNamedLeaderIsTriedAtOnceAndOnce() {
        HeadChoice choice = HeadChoice.among(List.of(A, B)).failed(Optional.of(C));
        assertEquals(C, choice.address());
        assertEquals(Duration.ZERO, choice.pause());
        choice = choice.failed(Optional.of(A));
        assertEquals(B, choice.address(), "two standbys that name each other do not send us round");
    }

    @Test
    void theLeaderGoesFirstNextTime() {
        HeadChoice choice =
                HeadChoice.among(List.of(A, B)).failed(Optional.of(B)).succeeded();
        assertEquals(B, choice.address());
        assertEquals(
                C,
                HeadChoice.among(List.of(A)).failed(Optional.of(C)).succeeded().address(),
                "also one that is not configured");
    }
}
