package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three hosts, and packets between two of them are dropped: what needs them both ends within the bound, everything else
 * goes on, and later the same processes form worlds again. The processes are the same in all tests, so each test also
 * shows that nothing is left of the cut before.
 */
@Timeout(120)
final class HostPartitionIT {
    private static final Logger log = LoggerFactory.getLogger(HostPartitionIT.class);
    /** A silent peer is seen after 2 s. */
    private static final long BOUND_MILLIS = 4_000;
    /** No exchange of another world takes as long as what a silent peer is given. */
    private static final long LONGEST_EXCHANGE_MILLIS = 1_500;

    private static final long REDUCED_ELEMENTS = 4 << 20;
    private static final List<Long> OTHER_WORLDS = List.of(1L, 2L, 3L);

    private static Optional<TestingHosts> made = Optional.empty();
    private static final List<TestingRank> started = new ArrayList<>();
    private static long ids = 100;

    /** Whose packets do not arrive. */
    enum Cut {
        BOTH_WAYS,
        LEFT_HEARS_NOTHING,
        RIGHT_HEARS_NOTHING;

        void begin() throws Exception {
            if (this != RIGHT_HEARS_NOTHING) {
                hosts().deafen("left", "right");
            }
            if (this != LEFT_HEARS_NOTHING) {
                hosts().deafen("right", "left");
            }
        }

        static void end() throws Exception {
            hosts().heal("left");
            hosts().heal("right");
        }
    }

    /** What is under way in the world of {@link #left} and {@link #right}, or of these and {@link #leftToo}. */
    enum Moment {
        IDLE,
        RECEIVE,
        TRANSFER,
        ALL_REDUCE;

        List<TestingRank> members() {
            return this == ALL_REDUCE ? List.of(left(), leftToo(), right()) : List.of(left(), right());
        }

        /** Returns the word that each member says at its end. */
        List<String> begin(long world) throws Exception {
            switch (this) {
                case IDLE -> {
                    return List.of();
                }
                case RECEIVE -> {
                    left().tell("receive", world, 1);
                    right().tell("receive", world, 0);
                    return List.of("receive-end", "receive-end");
                }
                case TRANSFER -> {
                    right().tell("drain", world, 0);
                    left().tell("stream", world, 1);
                    right().awaitWord("drain-goes", world);
                    return List.of("stream-end", "drain-end");
                }
                case ALL_REDUCE -> {
                    for (TestingRank member : members()) {
                        member.tell("reduce", world, REDUCED_ELEMENTS);
                    }
                    left().awaitWord("reduce-goes", world);
                    return List.of("reduce-end", "reduce-end", "reduce-end");
                }
            }
            throw new AssertionError(this);
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(Cut.values())
                .flatMap(cut -> Stream.of(Moment.values()).map(moment -> Arguments.of(cut, moment)));
    }

    private static TestingHosts hosts() {
        return made.orElseThrow();
    }

    private static TestingRank left() {
        return started.get(0);
    }

    private static TestingRank leftToo() {
        return started.get(1);
    }

    private static TestingRank right() {
        return started.get(2);
    }

    private static TestingRank third() {
        return started.get(3);
    }

    @BeforeAll
    static void startHosts() throws Exception {
        Optional<String> whyNot = TestingHosts.whyNot();
        assumeTrue(whyNot.isEmpty(), () -> "skipped: " + whyNot.orElseThrow());
        made = Optional.of(TestingHosts.make("left", "right", "third"));
        for (String host : List.of("left", "left", "right", "third")) {
            started.add(TestingRank.start(hosts(), host));
        }
        keepBusy(1, "SHARED_MEMORY", left(), leftToo());
        keepBusy(2, "TCP", left(), third());
        keepBusy(3, "TCP", right(), third());
    }

    /** A world of two that are not behind the cut, with traffic from now on. */
    private static void keepBusy(long world, String transport, TestingRank a, TestingRank b) throws Exception {
        assertEquals(List.of("- " + transport, transport + " -"), TestingRank.form(world, a, b));
        a.tell("exchange", world, 1);
        b.tell("exchange", world, 0);
    }

    @AfterAll
    static void endHosts() throws Exception {
        started.forEach(TestingRank::close);
        if (made.isPresent()) {
            hosts().remove();
        }
    }

    @BeforeEach
    void takePace() throws Exception {
        for (long world : OTHER_WORLDS) {
            pace(world);
        }
    }

    private static TestingRank paceGiver(long world) {
        return world == 3 ? right() : left();
    }

    private static List<Long> pace(long world) throws Exception {
        paceGiver(world).tell("pace", world);
        String pace = paceGiver(world).awaitWord("pace", world);
        return Stream.of(pace.split(" ", -1)).map(Long::valueOf).toList();
    }

    /** All that went on in the other worlds since the test began. */
    private static String assertOthersWentOn(long sinceNanos) throws Exception {
        List<String> paces = new ArrayList<>();
        for (long world : OTHER_WORLDS) {
            List<Long> pace = pace(world);
            assertTrue(pace.get(0) > 20, "world " + world + " stood still: " + pace.get(0) + " exchanges");
            assertTrue(pace.get(1) < LONGEST_EXCHANGE_MILLIS, "world " + world + " paused for " + pace.get(1) + " ms");
            paces.add(pace.get(0) + " (longest " + pace.get(1) + " ms)");
        }
        return "exchanges of other worlds in " + millisSince(sinceNanos) + " ms: " + paces;
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** Forms and uses it. */
    private static long formAndCheckTransports(Moment moment) throws Exception {
        long world = ids++;
        List<TestingRank> members = moment.members();
        List<String> transports = TestingRank.form(world, members.toArray(TestingRank[]::new));
        List<String> expected = members.size() == 2
                ? List.of("- TCP", "TCP -")
                : List.of("- SHARED_MEMORY TCP", "SHARED_MEMORY - TCP", "TCP TCP -");
        assertEquals(expected, transports);
        return world;
    }

    /** A side that still hears learns only that the other closed its connections, as far as that gets through. */
    private static void assertTold(String end, long world, List<Integer> peers, boolean deaf) {
        assertTrue(end.startsWith("BrokenWorldException "), end);
        assertTrue(end.contains("world " + Long.toHexString(world) + " broke"), end);
        assertTrue(peers.stream().anyMatch(peer -> end.contains("rank " + peer + " (")), "it names the peer: " + end);
        assertTrue(
                end.contains("nothing was heard") || (!deaf && end.contains("closed")), "it tells the cause: " + end);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aCutBreaksWhatNeedsBothSidesAndNothingElse(Cut cut, Moment moment) throws Exception {
        long begin = System.nanoTime();
        long world = formAndCheckTransports(moment);
        List<TestingRank> members = moment.members();
        List<String> words = moment.begin(world);
        long start = System.nanoTime();
        try {
            cut.begin();
            awaitEnds(cut, world, members, words);
            long took = millisSince(start);
            assertTrue(took < BOUND_MILLIS, "seen only after " + took + " ms");
            log.info("{} {}: all ended after {} ms; {}", cut, moment, took, assertOthersWentOn(begin));
        } finally {
            Cut.end();
        }
        formedAfresh(moment);
        leave(world, members);
    }

    private static void awaitEnds(Cut cut, long world, List<TestingRank> members, List<String> words) throws Exception {
        for (int rank = 0; rank < members.size(); rank++) {
            TestingRank member = members.get(rank);
            boolean isRight = rank == members.size() - 1;
            List<Integer> peers = isRight ? (rank == 1 ? List.of(0) : List.of(0, 1)) : List.of(members.size() - 1);
            boolean deaf = cut != (isRight ? Cut.LEFT_HEARS_NOTHING : Cut.RIGHT_HEARS_NOTHING);
            String broken = member.awaitWord("BROKEN", world);
            assertTrue(peers.stream().anyMatch(peer -> broken.contains("rank " + peer + " (")), broken);
            if (!words.isEmpty()) {
                assertTold(member.awaitWord(words.get(rank), world), world, peers, deaf);
            }
            member.tell("receive", world, peers.get(0));
            assertTold(member.awaitWord("receive-end", world), world, peers, deaf);
            member.tell("send", world, peers.get(0));
            assertTold(member.awaitWord("send-end", world), world, peers, deaf);
        }
    }

    /** The same processes, as soon as the packets arrive again. */
    private static void formedAfresh(Moment moment) throws Exception {
        long world = formAndCheckTransports(moment);
        List<TestingRank> members = moment.members();
        for (TestingRank member : members) {
            member.tell("check", world);
        }
        for (TestingRank member : members) {
            assertEquals("", member.awaitWord("checked", world));
        }
        leave(world, members);
    }

    private static void leave(long world, List<TestingRank> members) throws Exception {
        for (TestingRank member : members) {
            member.tell("leave", world);
        }
        for (TestingRank member : members) {
            member.awaitWord("left", world);
        }
    }

    @Test
    void noWorldFormsAcrossACut() throws Exception {
        long begin = System.nanoTime();
        long world = ids++;
        try {
            Cut.BOTH_WAYS.begin();
            long start = System.nanoTime();
            for (int rank = 0; rank < 2; rank++) {
                List.of(left(), right())
                        .get(rank)
                        .join(world, rank, 3_000, List.of(left().address(), right().address()));
            }
            String atLeft = left().awaitWord("join-end", world);
            String atRight = right().awaitWord("join-end", world);
            long took = millisSince(start);
            log.info("not formed after {} ms: {}; {}", took, atRight, assertOthersWentOn(begin));
            assertTrue(took >= 3_000 && took < 3_000 + BOUND_MILLIS, took + " ms");
            assertTrue(atLeft.startsWith("BrokenWorldException ") && atLeft.contains("waiting for rank 1 ("), atLeft);
            assertTrue(
                    atRight.startsWith("BrokenWorldException ") && atRight.contains("waiting for rank 0 ("), atRight);
        } finally {
            Cut.end();
        }
        formedAfresh(Moment.RECEIVE);
        leave(world, List.of(left(), right()));
    }
}
