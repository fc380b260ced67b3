package dev.orrery.benchmarks.participant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.benchmarks.lane.TestingLane;
import dev.orrery.benchmarks.participant.OneWayLoop.Stream;
import dev.orrery.benchmarks.payload.Messages;
import dev.orrery.benchmarks.payload.WrongDataException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneWayLoopTest {
    private static final long BYTES = 64;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void movesAllWithThatManyOutstanding(int outstanding) {
        TestingLane lane = new TestingLane();
        try (Messages out = Messages.toSend(1, BYTES, outstanding);
                Messages in = Messages.toReceive(1, BYTES, outstanding)) {
            OneWayLoop.send(List.of(new Stream(lane, out)), outstanding, 40);
            assertEquals(outstanding, lane.mostOutstandingSends());
            OneWayLoop.receive(List.of(new Stream(lane, in)), outstanding, 5, 40);
            assertEquals(outstanding, lane.mostOutstandingReceives());
            assertEquals(40, lane.received());
        }
    }

    @Test
    void aLaneThatBlocksHasOneOutstanding() {
        TestingLane lane = new TestingLane(true);
        try (Messages out = Messages.toSend(1, BYTES, 16);
                Messages in = Messages.toReceive(1, BYTES, 16)) {
            OneWayLoop.send(List.of(new Stream(lane, out)), 16, 40);
            OneWayLoop.receive(List.of(new Stream(lane, in)), 16, 4, 40);
            assertEquals(1, lane.mostOutstandingSends());
            assertEquals(1, lane.mostOutstandingReceives());
            assertEquals(40, lane.received());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void severalLanesTakeTurns(int outstanding) {
        TestingLane first = new TestingLane();
        TestingLane second = new TestingLane();
        try (Messages firstOut = Messages.toSend(1, BYTES, outstanding);
                Messages secondOut = Messages.toSend(2, BYTES, outstanding);
                Messages firstIn = Messages.toReceive(1, BYTES, outstanding);
                Messages secondIn = Messages.toReceive(2, BYTES, outstanding)) {
            OneWayLoop.send(List.of(new Stream(first, firstOut), new Stream(second, secondOut)), outstanding, 20);
            OneWayLoop.receive(List.of(new Stream(first, firstIn), new Stream(second, secondIn)), outstanding, 0, 20);
            assertEquals(20, first.received());
            assertEquals(20, second.received());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void aLostMessageIsFound(int outstanding) {
        TestingLane lane = new TestingLane();
        try (Messages out = Messages.toSend(1, BYTES, outstanding);
                Messages in = Messages.toReceive(1, BYTES, outstanding)) {
            OneWayLoop.send(List.of(new Stream(lane, out)), outstanding, 41);
            lane.loseOne();
            assertThrows(
                    WrongDataException.class,
                    () -> OneWayLoop.receive(List.of(new Stream(lane, in)), outstanding, 5, 40));
        }
    }
}
