package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.life;
import static dev.orrery.nccl.world.TestingMember.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorldFormingTest extends EachCarrier {
    @Test
    void aMemberThatDoesNotKnowTheWorldYetIsAskedAgain() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingProxy toA = new TestingProxy(a.address())) {
            WorldSpec spec = spec(1, List.of(toA.address(), b.address()));
            CompletableFuture<World> early = b.join(spec, 1);
            while (toA.connections() < 3) {
                Thread.onSpinWait();
            }
            assertFalse(early.isDone());
            World late = get(a.join(spec, 0));
            assertEquals(1, get(early).rank());
            assertEquals(0, late.rank());
            assertEquals(WorldState.READY, a.await(1, WorldState.READY).state());
        }
    }

    @Test
    void theFormingDeadlineNamesTheMissingMember() {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            WorldSpec spec =
                    spec(1, a, b, c).toBuilder().setFormingTimeoutMillis(1_500).build();
            CompletableFuture<World> first = a.join(spec, 0);
            CompletableFuture<World> third = c.join(spec, 2);
            for (CompletableFuture<World> join : List.of(first, third)) {
                OrreryException failure = failure(join);
                assertEquals(ErrorCode.BROKEN_WORLD, failure.code());
                assertTrue(failure.getMessage().contains("rank 1 (test/stage-1"), failure.getMessage());
            }
        }
    }

    @Test
    void aMemberThatIsNotThereIsNamedWithTheReason() {
        try (TestingMember b = start()) {
            WorldSpec spec = spec(1, List.of(new HostPort("127.0.0.1", 1), b.address())).toBuilder()
                    .setFormingTimeoutMillis(300)
                    .build();
            OrreryException failure = failure(b.join(spec, 1));
            assertTrue(failure.getMessage().contains("rank 0 (test/stage-0"), failure.getMessage());
            assertTrue(failure.getMessage().contains("refused"), failure.getMessage());
        }
    }

    @Test
    void anotherSecretIsRefusedAtOnce() {
        ClusterSecret other = new ClusterSecret("another secret of tests".getBytes(StandardCharsets.US_ASCII));
        try (TestingMember a = start();
                TestingMember b = start(WorldOptions.builder(), other)) {
            WorldSpec spec = spec(1, a, b);
            CompletableFuture<World> first = a.join(spec, 0);
            OrreryException failure = failure(b.join(spec, 1));
            assertTrue(failure.getMessage().contains("UNAUTHENTICATED"), failure.getMessage());
            assertFalse(first.isDone());
        }
    }

    @Test
    void anotherIncarnationIsRefused() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            WorldSpec spec = spec(1, a, b);
            WorldSpec.Builder older = spec.toBuilder();
            older.getMembersBuilder(0).setLife(life("actor-0", 2));
            CompletableFuture<World> first = a.join(spec, 0);
            OrreryException failure = failure(b.join(older.build(), 1));
            assertTrue(failure.getMessage().contains("rank 0 is actor-0, incarnation 2, there"), failure.getMessage());
            assertFalse(first.isDone());
        }
    }

    @Test
    void joiningAgainGivesTheFirstOutcome() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            assertEquals(worlds.get(0), get(a.join(spec(1, a, b), 0)));
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    failure(a.join(spec(1, b, a), 1)).code());
        }
    }

    @Test
    void aWorldThatWasLeftIsNeverJoinedAgain() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            form(1, a, b);
            get(a.worlds().leave(1));
            get(b.worlds().leave(1));
            assertTrue(a.worlds().world(1).isEmpty());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    failure(a.join(spec(1, a, b), 0)).code());
            get(a.worlds().leave(1));
            get(a.worlds().leave(99));
        }
    }

    @Test
    void leavingWhileFormingEndsItForTheOthers() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            WorldSpec spec = spec(1, a, b, c);
            CompletableFuture<World> first = a.join(spec, 0);
            CompletableFuture<World> second = b.join(spec, 1);
            get(a.worlds().leave(1));
            assertEquals(ErrorCode.BROKEN_WORLD, failure(first).code());
            assertTrue(
                    failure(second).getMessage().contains("left"),
                    failure(second).getMessage());
            assertTrue(failure(c.join(spec, 2)).getMessage().contains("rank 0"));
            assertEquals(WorldState.CLOSED, a.await(1, WorldState.CLOSED).state());
        }
    }

    @Test
    void aWorldOfDevicesIsRefusedByAMemberWithoutOne() {
        try (TestingMember a = TestingMember.start();
                TestingMember b = TestingMember.start()) {
            WorldSpec spec = TestingMember.spec(1, a, b).toBuilder()
                    .setBackend(Backend.NCCL)
                    .build();
            OrreryException nccl = failure(a.join(spec, 0));
            assertEquals(ErrorCode.UNSUPPORTED, nccl.code());
            assertTrue(nccl.getMessage().contains("NCCL"), nccl.getMessage());
        }
    }

    @Test
    void specsThatCannotBeAreRefused() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            WorldSpec spec = spec(1, a, b);
            OrreryException stranger = failure(a.worlds().join(spec, life("stranger", 1)));
            assertEquals(ErrorCode.INVALID_ARGUMENT, stranger.code());
            WorldSpec.Builder gap = spec.toBuilder();
            gap.getMembersBuilder(1).setRank(2);
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT, failure(a.join(gap.build(), 0)).code());
            assertEquals(
                    ErrorCode.INVALID_ARGUMENT,
                    failure(a.join(spec.toBuilder().setFormingTimeoutMillis(0).build(), 0))
                            .code());
        }
    }

    @Test
    void aTakenPortIsNamed() {
        try (TestingMember a = start()) {
            OrreryException failure = org.junit.jupiter.api.Assertions.assertThrows(
                    OrreryException.class,
                    () -> TestingMember.start(WorldOptions.builder().bind(a.address())));
            assertEquals(ErrorCode.ADDRESS_IN_USE, failure.code());
            assertTrue(failure.getMessage().contains(a.address().toString()));
        }
    }
}
