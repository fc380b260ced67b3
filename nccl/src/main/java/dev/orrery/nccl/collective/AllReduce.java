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
                ? ring(place, parts)
                : doubling(place, parts, memory);
    }

    private static Schedule ring(Place place, Parts parts) {
        int size = place.size();
        Slices slices = Slices.ofBytes(parts.byteSize, parts.reduction.elementSize(), size);
        Schedule.Builder schedule = new Schedule.Builder(place).postAhead(Switchover.RECEIVES_AHEAD);
        int next = place.after(1);
        int previous = place.before(1);
        for (int round = 0; round < size - 1; round++) {
            int sent = place.before(round + 1);
            long from = round == 0 ? parts.own : parts.result;
            schedule.send(round, next, from + slices.offset(sent), slices.byteSize(sent));
            int combined = place.before(round + 2);
            long offset = slices.offset(combined);
            Ending ending = round == size - 2 ? parts.reduction.last() : Ending.NONE;
            Landing landing = parts.reduction.receivedFirst(parts.own + offset, parts.result + offset, ending);
            schedule.receive(round, previous, landing, slices.byteSize(combined));
        }
        // What arrives now replaces partial sums that were sent on: it came out of them, so they have arrived.
        for (int round = 0; round < size - 1; round++) {
            int sent = place.before(round);
            int received = place.before(round + 1);
            schedule.send(size - 1 + round, next, parts.result + slices.offset(sent), slices.byteSize(sent));
            Landing landing = Landing.at(parts.result + slices.offset(received));
            schedule.receive(size - 1 + round, previous, landing, slices.byteSize(received));
        }
        return schedule.build();
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
