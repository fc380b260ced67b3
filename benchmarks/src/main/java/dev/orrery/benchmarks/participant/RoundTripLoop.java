package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.lane.Lane;
import dev.orrery.benchmarks.payload.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One message there and one back, again and again. */
final class RoundTripLoop {
    private RoundTripLoop() {}

    /** Returns how long each round trip took, without the pauses before them. */
    static List<Long> ping(Command.Ping command, Lane lane, Messages there, Messages back) {
        List<Long> each = new ArrayList<>();
        for (long number = 0; number < command.warmup() + command.count(); number++) {
            pause(TimeUnit.MICROSECONDS.toNanos(command.pauseMicros()));
            there.stamp(number);
            long start = System.nanoTime();
            lane.startSend(0, there.buffer(number));
            lane.startReceive(0, back.buffer(number));
            lane.finishReceive(0);
            lane.finishSend(0);
            long nanos = System.nanoTime() - start;
            back.check(number);
            if (number >= command.warmup()) {
                each.add(nanos);
            }
        }
        return each;
    }

    static void pong(Command.Pong command, Lane lane, Messages there, Messages back) {
        for (long number = 0; number < command.warmup() + command.count(); number++) {
            lane.startReceive(0, there.buffer(number));
            lane.finishReceive(0);
            there.check(number);
            back.stamp(number);
            lane.startSend(0, back.buffer(number));
            lane.finishSend(0);
        }
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
