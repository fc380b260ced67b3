package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Ending;

/**
 * Rank n gets the combination of what all give at place n: each member sends each of its tensors straight to whom it is
 * for, who combines them one after the other in the order of the ring. As much moves as around a ring, without memory for
 * partial results.
 */
final class ReduceScatter {
    private ReduceScatter() {}

    /** @param tensors addresses by the rank they are for */
    static Schedule plan(Place place, Reduction reduction, long[] tensors, long result, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        long sum = tensors[place.rank()];
        if (place.size() == 1) {
            return schedule.copy(sum, result, byteSize).build();
        }
        for (int distance = 1; distance < place.size(); distance++) {
            int to = place.after(distance);
            schedule.send(0, to, tensors[to], byteSize);
            Ending ending = distance == place.size() - 1 ? reduction.last() : Ending.NONE;
            schedule.receive(distance - 1, place.before(distance), reduction.ownFirst(sum, result, ending), byteSize);
            sum = result;
        }
        return schedule.build();
    }
}
