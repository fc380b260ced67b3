package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Ending;
import dev.orrery.nccl.transfer.Landing;

/**
 * The combination of all tensors for the root: up a binomial tree, or a large one (see {@link Switchover}) along a chain that
 * ends at the root, in segments.
 */
final class Reduce {
    /**
     * @param own address of this member's tensor
     * @param result where the combination goes at the root, partial ones at the others
     */
    record Parts(Reduction reduction, long own, long result, long byteSize) {}

    private Reduce() {}

    /** Whether this member combines anything, and so needs a place for a result. */
    static boolean combines(Place place, Switchover switchover, int root, long byteSize) {
        int fromRoot = place.fromRoot(root);
        if (switchover.isChain(byteSize, place.size())) {
            return fromRoot != 1;
        }
        return fromRoot == 0 || (fromRoot % 2 == 0 && fromRoot + 1 < place.size());
    }

    static Schedule plan(Place place, Switchover switchover, int root, Parts parts) {
        if (place.size() == 1) {
            return new Schedule.Builder(place)
                    .copy(parts.own, parts.result, parts.byteSize)
                    .build();
        }
        return switchover.isChain(parts.byteSize, place.size())
                ? chain(place, switchover.segments(parts.byteSize, parts.reduction.elementSize()), root, parts)
                : tree(place, root, parts);
    }

    private static Schedule tree(Place place, int root, Parts parts) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        int fromRoot = place.fromRoot(root);
        long sum = parts.own;
        int round = 0;
        for (int distance = 1; distance < place.size(); distance *= 2) {
            if ((fromRoot & distance) != 0) {
                return schedule.send(round, place.before(distance), sum, parts.byteSize)
                        .build();
            }
            if (fromRoot + distance < place.size()) {
                boolean isLast = fromRoot == 0 && 2 * distance >= place.size();
                Ending ending = isLast ? parts.reduction.last() : Ending.NONE;
                Landing landing = parts.reduction.ownFirst(sum, parts.result, ending);
                schedule.receive(round, place.after(distance), landing, parts.byteSize);
                sum = parts.result;
            }
            round++;
        }
        return schedule.build();
    }

    private static Schedule chain(Place place, Slices segments, int root, Parts parts) {
        Schedule.Builder schedule = new Schedule.Builder(place).postAhead(Switchover.RECEIVES_AHEAD);
        int last = place.size() - 1;
        int position = place.fromRoot(root) == 0 ? last : place.fromRoot(root) - 1;
        long sent = position == 0 ? parts.own : parts.result;
        for (int segment = 0; segment < segments.count(); segment++) {
            long offset = segments.offset(segment);
            long length = segments.byteSize(segment);
            if (position > 0) {
                Ending ending = position == last ? parts.reduction.last() : Ending.NONE;
                Landing landing = parts.reduction.receivedFirst(parts.own + offset, parts.result + offset, ending);
                schedule.receive(position - 1 + segment, place.before(1), landing, length);
            }
            if (position < last) {
                schedule.send(position + segment, place.after(1), sent + offset, length);
            }
        }
        return schedule.build();
    }
}
