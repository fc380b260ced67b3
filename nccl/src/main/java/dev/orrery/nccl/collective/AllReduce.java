package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Ending;
import dev.orrery.nccl.transfer.Landing;

/**
 * Every member gets the combination of all tensors, the same to the last bit: either one member computes an element and
 * the others get it, or all compute it from the same operands in the same order.
 *
 * <p>Two members exchange their tensors. More members double, with each round, the groups that share a sum. Larger tensors
 * (see {@link Switchover}) go around the ring in slices, twice: first each is combined, then it is passed on.
 */
final class AllReduce {
    /** @param own address of this member's tensor */
    record Parts(Reduction reduction, long own, long result, long byteSize) {}

    private AllReduce() {}

    static Schedule plan(Place place, Switchover switchover, Parts parts, WorkingMemory memory) {
        if (place.size() == 1) {
            return new Schedule.Builder(place)
                    .copy(parts.own, parts.result, parts.byteSize)
                    .build();
        }
        return switchover.isRingForAllReduce(parts.byteSize, place.size())
                ? ring(place, switchover, parts)
                : doubling(place, parts, memory);
    }

    /**
     * In segments, one behind the other: while one is combined, the one before is passed on, as long as it is in the
     * processor's cache.
     */
    private static Schedule ring(Place place, Switchover switchover, Parts parts) {
        int steps = 2 * (place.size() - 1);
        Slices segments = switchover.ringSegments(parts.byteSize, parts.reduction.elementSize(), place.size());
        Schedule.Builder schedule = new Schedule.Builder(place).postAhead(Switchover.RECEIVES_AHEAD);
        for (int round = 0; round < segments.count() + steps - 1; round++) {
            int last = Math.min(round, segments.count() - 1);
            for (int segment = Math.max(0, round - steps + 1); segment <= last; segment++) {
                long offset = segments.offset(segment);
                Parts part = new Parts(
                        parts.reduction, parts.own + offset, parts.result + offset, segments.byteSize(segment));
                ringStep(schedule, round, place, part, round - segment);
            }
        }
        return schedule.build();
    }

    private static void ringStep(Schedule.Builder schedule, int round, Place place, Parts part, int step) {
        Slices slices = Slices.ofBytes(part.byteSize, part.reduction.elementSize(), place.size());
        int combining = place.size() - 1;
        boolean combines = step < combining;
        int sent = place.before(combines ? step + 1 : step - combining);
        int received = place.before(combines ? step + 2 : step - combining + 1);
        long from = step == 0 ? part.own : part.result;
        long offset = slices.offset(received);
        schedule.send(round, place.after(1), from + slices.offset(sent), slices.byteSize(sent));
        Landing landing;
        if (combines) {
            Ending ending = step == combining - 1 ? part.reduction.last() : Ending.NONE;
            landing = part.reduction.receivedFirst(part.own + offset, part.result + offset, ending);
        } else {
            // It replaces a partial sum that was sent on, and came out of that, so that has arrived.
            landing = Landing.at(part.result + offset);
        }
        schedule.receive(round, place.before(1), landing, slices.byteSize(received));
    }

    /**
     * The largest power of two of members exchange; each of the others first gives its tensor to the rank after it, and gets
     * the result from there.
     */
    private static Schedule doubling(Place place, Parts parts, WorkingMemory memory) {
        int exchanging = Integer.highestOneBit(place.size());
        int folded = place.size() - exchanging;
        int rounds = Integer.numberOfTrailingZeros(exchanging);
        int first = folded == 0 ? 0 : 1;
        boolean isFolded = place.rank() < 2 * folded;
        Schedule.Builder schedule = new Schedule.Builder(place);
        if (isFolded && place.rank() % 2 == 0) {
            return schedule.send(0, place.after(1), parts.own, parts.byteSize)
                    .receive(first + rounds, place.after(1), Landing.at(parts.result), parts.byteSize)
                    .build();
        }
        long sum = parts.own;
        if (isFolded) {
            sum = memory.scratch(parts.byteSize);
            Landing landing = parts.reduction.receivedFirst(parts.own, sum, Ending.NONE);
            schedule.receive(0, place.before(1), landing, parts.byteSize);
        }
        int rank = isFolded ? place.rank() / 2 : place.rank() - folded;
        for (int round = 0; round < rounds; round++) {
            int other = rank ^ 1 << round;
            int peer = other < folded ? 2 * other + 1 : other + folded;
            boolean isLast = round == rounds - 1;
            // Not the same memory again: the last sum may still be on its way.
            long combined = isLast ? parts.result : memory.scratch(parts.byteSize);
            Ending ending = isLast ? parts.reduction.lastAlike() : Ending.NONE;
            Landing landing = rank < other
                    ? parts.reduction.ownFirst(sum, combined, ending)
                    : parts.reduction.receivedFirst(sum, combined, ending);
            schedule.send(first + round, peer, sum, parts.byteSize)
                    .receive(first + round, peer, landing, parts.byteSize);
            sum = combined;
        }
        if (isFolded) {
            schedule.send(first + rounds, place.before(1), parts.result, parts.byteSize);
        }
        return schedule.build();
    }
}
