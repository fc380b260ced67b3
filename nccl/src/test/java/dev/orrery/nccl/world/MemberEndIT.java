package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.error.BrokenWorldException;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.world.TestingMember.Told;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** However and whenever a member ends, what waits for it ends within the bound, and other worlds do not notice. */
@Timeout(120)
final class MemberEndIT extends EachCarrier {
    private static final Logger log = LoggerFactory.getLogger(MemberEndIT.class);
    private static final long LARGE_BYTES = 128L << 20;
    private static final long SLACK_FACTOR = 3;
    /** What NCCL may take to give up in addition. */
    private static final long DEVICE_MILLIS = 500;

    /** How it ends, and within which time everything that waits for it must have ended. */
    enum End {
        KILL(500, WorldState.BROKEN),
        STOP(3_000, WorldState.BROKEN),
        LEAVE(2_000, WorldState.CLOSED),
        EXIT(500, WorldState.BROKEN);

        final long boundMillis;
        final WorldState state;

        End(long boundMillis, WorldState state) {
            this.boundMillis = boundMillis;
            this.state = state;
        }

        void of(TestingWorldProcess child, long world) throws Exception {
            switch (this) {
                case KILL -> child.kill();
                case STOP -> child.signal("STOP");
                case LEAVE -> child.tell("leave " + world);
                case EXIT -> child.tell("exit 0");
            }
        }
    }

    /** What is under way. */
    enum Moment {
        BETWEEN_OPERATIONS,
        IDLE_RECEIVE,
        LARGE_SEND,
        LARGE_RECEIVE;

        List<CompletableFuture<?>> begin(World world, TestingWorldProcess child) throws Exception {
            return switch (this) {
                case BETWEEN_OPERATIONS -> List.of();
                case IDLE_RECEIVE -> List.of(world.communicator().receive(1).thenAccept(Tensor::close));
                case LARGE_SEND -> List.of(sendLarge(world), sendLarge(world));
                case LARGE_RECEIVE -> {
                    for (int i = 0; i < 2; i++) {
                        child.tell("send " + world.id() + " " + LARGE_BYTES);
                        // It needs a while to make one, which is no part of its end.
                        child.awaitLine("sending ");
                    }
                    yield List.of(
                            world.communicator().receive(1).thenAccept(Tensor::close),
                            world.communicator().receive(1).thenAccept(Tensor::close));
                }
            };
        }

        private static CompletableFuture<?> sendLarge(World world) {
            Tensor tensor = TestingTensors.marked(LARGE_BYTES, 3);
            return world.communicator().send(1, tensor).whenComplete((nothing, failure) -> tensor.close());
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(End.values())
                .flatMap(end -> Stream.of(Moment.values()).map(moment -> Arguments.of(end, moment)));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** Waits for the end of the world and of all that was under way; returns how long that took. */
    private static long awaitEnd(TestingMember self, World world, End end, List<CompletableFuture<?>> pending)
            throws Exception {
        long start = System.nanoTime();
        Told told = self.await(world.id(), end.state);
        assertTrue(told.cause().orElseThrow().toString().contains("rank 1"), "it names the peer: " + told);
        List<CompletableFuture<?>> all = new ArrayList<>(pending);
        CompletableFuture<Tensor> later = world.communicator().receive(1);
        if (end.state == WorldState.BROKEN) {
            all.add(later);
        }
        for (CompletableFuture<?> each : all) {
            awaitOutcome(each, world);
        }
        return millisSince(start);
    }

    private static void awaitOutcome(CompletableFuture<?> operation, World world) throws Exception {
        try {
            operation.get(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
            assertTrue(cause instanceof BrokenWorldException, "failed with " + cause);
            assertTrue(cause.getMessage().contains("world " + Long.toHexString(world.id())), cause.getMessage());
        }
    }

    private void ends(End end, String moment, Beginning beginning) throws Exception {
        assumeTrue(transport != Transport.UNIX_SOCKET, "its stream is that of TCP");
        try (TestingMember self = start();
                TestingMember neighbour = startBeside();
                TestingTraffic others = TestingTraffic.start(TestingMember.form(100, self, neighbour));
                TestingWorldProcess child = TestingWorldProcess.start(carrier)) {
            World world = child.form(1, self);
            assertEquals(transport, world.transport(1));
            CompletableFuture<Void> sent = world.communicator().send(1, TestingTensors.number(5));
            assertEquals(5, TestingTensors.number(get(world.communicator().receive(1))));
            get(sent);
            long before = others.perSecond();
            List<CompletableFuture<?>> pending = beginning.begin(world, child);
            long start = System.nanoTime();
            end.of(child, world.id());
            awaitEnd(self, world, end, pending);
            long took = millisSince(start);
            long after = others.perSecond();
            log.info(
                    "{} {} over {}: {} ms; other worlds: {}/s before, {}/s after",
                    end,
                    moment,
                    carrier,
                    took,
                    before,
                    after);
            assertTrue(took <= end.boundMillis + (isNccl() ? DEVICE_MILLIS : 0), "seen only after " + took + " ms");
            assertTrue(after * SLACK_FACTOR >= before, "other worlds: " + before + "/s, then " + after + "/s");
        }
    }

    /** Puts operations under way. */
    private interface Beginning {
        List<CompletableFuture<?>> begin(World world, TestingWorldProcess child) throws Exception;
    }

    /** Each carrier meets each end at another moment. */
    @ParameterizedTest
    @EnumSource(End.class)
    void aMemberEnds(End end) throws Exception {
        List<Moment> moments = new ArrayList<>(List.of(Moment.values()));
        Collections.rotate(moments, List.of(Carrier.values()).indexOf(carrier));
        Moment moment = moments.get(List.of(End.values()).indexOf(end));
        ends(end, moment.name(), moment::begin);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("cases")
    void aMemberEndsAtAnyMoment(End end, Moment moment) throws Exception {
        ends(end, moment.name(), moment::begin);
    }

    @Test
    void aMemberIsKilledInsideACollective() throws Exception {
        isKilledInside(TestingCollective.ALL_REDUCE);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(TestingCollective.class)
    void aMemberIsKilledInsideAnyCollective(TestingCollective operation) throws Exception {
        isKilledInside(operation);
    }

    private void isKilledInside(TestingCollective operation) throws Exception {
        ends(End.KILL, operation.name(), (world, child) -> {
            get(world.communicator().send(1, Tensor.allocate(DataType.UINT8, 0)));
            child.tell("collect " + world.id() + " " + operation);
            for (int i = 0; i < 2; i++) {
                get(operation.start(world.communicator(), 0));
            }
            List<CompletableFuture<?>> pending = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pending.add(operation.start(world.communicator(), 0));
            }
            return pending;
        });
    }
}
