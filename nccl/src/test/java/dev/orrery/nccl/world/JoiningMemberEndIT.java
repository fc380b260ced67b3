package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.error.BrokenWorldException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Of three members one ends before or while it joins: the two others are told who, keep nothing, and go on without it. */
@Timeout(120)
final class JoiningMemberEndIT extends EachCarrier {
    private static final Logger log = LoggerFactory.getLogger(JoiningMemberEndIT.class);
    private static final long WORLD = 7;
    private static final int FORMING_MILLIS = 1_000;
    /** What is waited for is known; this is for a busy machine. */
    private static final int SLACK_MILLIS = 1_500;

    private static final int LONG_FORMING_MILLIS = 20_000;
    private static final long SILENCE_MILLIS = 2_000;

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @BeforeEach
    void onlyWhatDiffers() {
        assumeTrue(transport != Transport.UNIX_SOCKET, "its stream is that of TCP");
    }

    /** Two members here, which have a link to each other, and the third in a process of its own. */
    private final class Three implements AutoCloseable {
        final TestingMember first = start();
        final TestingMember second = start();
        final TestingRank third;
        final TestingResources before;
        final int place;

        /** @param place the rank of the third */
        Three(int place) throws Exception {
            this.place = place;
            this.third = TestingRank.start(carrier);
            third.address();
            use(form(1, first, second));
            leave(1);
            this.before = TestingResources.settled();
        }

        List<HostPort> addresses() throws Exception {
            List<HostPort> all = new ArrayList<>(List.of(first.address(), second.address()));
            all.add(place, third.address());
            return all;
        }

        WorldSpec spec(int formingMillis) throws Exception {
            return TestingMember.spec(WORLD, addresses()).toBuilder()
                    .setFormingTimeoutMillis(formingMillis)
                    .setBackend(carrier.backend())
                    .build();
        }

        CompletableFuture<World> joinFirst(int formingMillis) throws Exception {
            return first.join(spec(formingMillis), place == 0 ? 1 : 0);
        }

        CompletableFuture<World> joinSecond(int formingMillis) throws Exception {
            return second.join(spec(formingMillis), place == 2 ? 1 : 2);
        }

        void joinThird() throws Exception {
            third.join(WORLD, place, LONG_FORMING_MILLIS, addresses());
        }

        String assertNamesThird(CompletableFuture<World> join) {
            OrreryException failure = failure(join);
            assertTrue(failure instanceof BrokenWorldException, failure.toString());
            assertTrue(failure.getMessage().contains("world " + WORLD + " broke"), failure.getMessage());
            assertTrue(namesThird(failure.getMessage()), failure.getMessage());
            return failure.getMessage();
        }

        boolean namesThird(String message) {
            return message.contains("rank " + place + " (test/stage-" + place);
        }

        /** Nothing is left of the failed world, though nobody left it yet, and a new one forms without the third. */
        void goOnWithoutThird() throws Exception {
            before.awaitAgain();
            use(form(WORLD + 1, first, second));
            leave(WORLD + 1);
            leave(WORLD);
            before.awaitAgain();
        }

        private void leave(long world) {
            CompletableFuture<Void> left = first.worlds().leave(world);
            get(second.worlds().leave(world));
            get(left);
        }

        private void use(List<World> worlds) {
            assertEquals(transport, worlds.get(0).transport(1));
            try (Tensor six = TestingTensors.number(6)) {
                assertEquals(6, TestingTensors.number(TestingMember.pass(worlds.get(0), worlds.get(1), six)));
            }
        }

        /** Names that a killed process left are for the node agent to sweep, and it knows them. */
        @Override
        public void close() throws IOException {
            first.close();
            second.close();
            third.close();
            SharedFiles.sweep(Path.of("/dev/shm"));
            assertEquals(0, TestingResources.filesOf(third.jvm().pid()));
            assertEquals(0, TestingResources.ringFiles());
        }
    }

    private void failsAtTheDeadline(Three three, String reason) throws Exception {
        long start = System.nanoTime();
        List<CompletableFuture<World>> joins =
                List.of(three.joinFirst(FORMING_MILLIS), three.joinSecond(FORMING_MILLIS));
        for (CompletableFuture<World> join : joins) {
            String message = three.assertNamesThird(join);
            assertTrue(message.contains("not formed within " + FORMING_MILLIS + " ms, waiting for rank"), message);
            assertTrue(message.contains(three.place == 2 ? "it did not connect" : reason), message);
        }
        long took = millisSince(start);
        assertTrue(took < FORMING_MILLIS + SLACK_MILLIS, "failed only after " + took + " ms");
        three.goOnWithoutThird();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMemberIsDeadBeforeItJoins(int place) throws Exception {
        try (Three three = new Three(place)) {
            three.third.jvm().kill();
            three.third.jvm().awaitExit();
            failsAtTheDeadline(three, "refused");
        }
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMemberNeverJoins(int place) throws Exception {
        try (Three three = new Three(place)) {
            failsAtTheDeadline(three, "does not know the world yet");
        }
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMemberIsStoppedBeforeItJoins(int place) throws Exception {
        try (Three three = new Three(place)) {
            three.third.jvm().signal("STOP");
            failsAtTheDeadline(three, "");
        }
    }

    /** Connected to one of the others, and waits for the other, which comes later. */
    private CompletableFuture<World> begin(Three three) throws Exception {
        CompletableFuture<World> early = three.joinFirst(LONG_FORMING_MILLIS);
        int links = get(three.first.worlds().linkCount());
        three.joinThird();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestingMember.DEADLINE_SECONDS);
        while (get(three.first.worlds().linkCount()) == links) {
            assertTrue(System.nanoTime() < deadline, "it did not connect");
            Thread.sleep(1);
        }
        return early;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMemberIsKilledWhileItJoins(int place) throws Exception {
        try (Three three = new Three(place)) {
            CompletableFuture<World> early = begin(three);
            long start = System.nanoTime();
            three.third.jvm().kill();
            three.assertNamesThird(early);
            long took = millisSince(start);
            log.info("killed while it joined as rank {} over {}: seen after {} ms", place, carrier, took);
            assertTrue(took < SLACK_MILLIS, "seen only after " + took + " ms");
            three.assertNamesThird(three.joinSecond(FORMING_MILLIS));
            three.goOnWithoutThird();
        }
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aMemberIsStoppedWhileItJoins(int place) throws Exception {
        try (Three three = new Three(place)) {
            CompletableFuture<World> early = begin(three);
            long start = System.nanoTime();
            three.third.jvm().signal("STOP");
            String message = three.assertNamesThird(early);
            long took = millisSince(start);
            log.info("stopped while it joined as rank {} over {}: seen after {} ms", place, carrier, took);
            assertTrue(message.contains("nothing was heard"), message);
            assertTrue(took < SILENCE_MILLIS + SLACK_MILLIS, "seen only after " + took + " ms");
            three.assertNamesThird(three.joinSecond(FORMING_MILLIS));
            three.goOnWithoutThird();
        }
    }

    /** At whatever step of connecting it is. */
    @Test
    void aMemberIsKilledAtAnyMomentOfJoining() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 4; round++) {
            int place = random.nextInt(3);
            int micros = random.nextInt(60_000);
            try (Three three = new Three(place)) {
                List<CompletableFuture<World>> joins =
                        List.of(three.joinFirst(FORMING_MILLIS), three.joinSecond(FORMING_MILLIS));
                three.joinThird();
                TimeUnit.MICROSECONDS.sleep(micros);
                three.third.jvm().kill();
                long start = System.nanoTime();
                List<String> told = new ArrayList<>();
                for (CompletableFuture<World> join : joins) {
                    told.add(awaitEnd(three, join));
                }
                long took = millisSince(start);
                log.info(
                        "seed {}: rank {} killed after {} us over {}: ended after {} ms with {}",
                        seed,
                        place,
                        micros,
                        carrier,
                        took,
                        told);
                assertTrue(took < FORMING_MILLIS + SLACK_MILLIS, "ended only after " + took + " ms");
                assertTrue(told.stream().allMatch(three::namesThird), told.toString());
                three.goOnWithoutThird();
            }
        }
    }

    /** Of joining, or of the world if it was formed before. */
    private static String awaitEnd(Three three, CompletableFuture<World> join) throws Exception {
        boolean formed =
                join.handle((world, failure) -> failure == null).get(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS);
        CompletableFuture<?> ended = formed ? get(join).communicator().receive(three.place) : join;
        OrreryException failure = failure(ended);
        assertTrue(failure instanceof BrokenWorldException, failure.toString());
        assertTrue(failure.getMessage().contains("world " + WORLD + " broke"), failure.getMessage());
        return failure.getMessage();
    }
}
