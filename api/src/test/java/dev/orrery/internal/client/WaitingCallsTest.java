package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.Value;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingCallsTest {
    private final WaitingCalls waiting = new WaitingCalls(1_000);

    private static ActorCall call(long number, int bytes) {
        ActorCallRequest request = ActorCallRequest.newBuilder()
                .addArguments(Value.newBuilder().setObject(ByteString.copyFrom(new byte[bytes])))
                .build();
        return new ActorCall(new ActorCall.Target("1-1", "a", "m"), number, request, Duration.ofSeconds(1), 0);
    }

    @Test
    void theyAreTakenInTheOrderOfTheirNumbers() {
        ActorCall second = call(2, 1);
        ActorCall first = call(1, 1);
        waiting.add(second);
        waiting.add(first);
        assertEquals(List.of(first, second), waiting.take());
        assertTrue(waiting.isEmpty());
    }

    @Test
    void theirBytesAreBoundedButOneIsAlwaysTaken() {
        ActorCall large = call(1, 5_000);
        assertTrue(waiting.takes(large));
        waiting.add(large);
        assertFalse(waiting.takes(call(2, 1)));
        waiting.remove(large);
        waiting.remove(large);
        ActorCall some = call(3, 600);
        waiting.add(some);
        waiting.add(some);
        assertTrue(waiting.takes(call(4, 300)), "counted once");
        assertFalse(waiting.takes(call(4, 600)));
        assertEquals(1, waiting.take().size());
        assertTrue(waiting.takes(call(5, 900)));
    }
}
