package dev.orrery.nccl.collective;

import dev.orrery.nccl.transfer.Landing;

/**
 * The operations that move tensors and compute nothing. Every tensor goes straight from its owner to its place, but for
 * large ones that all members need, which go around the ring, so that each leaves a member, and a host, once.
 */
final class Distribution {
    private Distribution() {}

    /** @param results addresses by rank, at the root */
    static Schedule gather(Place place, int root, long own, long[] results, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        if (place.rank() != root) {
            return schedule.send(0, root, own, byteSize).build();
        }
        for (int distance = 1; distance < place.size(); distance++) {
            int peer = place.after(distance);
            schedule.receive(0, peer, Landing.at(results[peer]), byteSize);
        }
        return schedule.copy(own, results[root], byteSize).build();
    }

    /** @param tensors addresses by rank, at the root */
    static Schedule scatter(Place place, int root, long[] tensors, long into, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        if (place.rank() != root) {
            return schedule.receive(0, root, Landing.at(into), byteSize).build();
        }
        for (int distance = 1; distance < place.size(); distance++) {
            int peer = place.after(distance);
            schedule.send(0, peer, tensors[peer], byteSize);
        }
        return schedule.copy(tensors[root], into, byteSize).build();
    }

    /** @param results addresses by rank */
    static Schedule allGather(Place place, Switchover switchover, long own, long[] results, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        schedule.copy(own, results[place.rank()], byteSize);
        if (switchover.isRingForAllGather(byteSize)) {
            return ring(place, schedule, own, results, byteSize);
        }
        for (int distance = 1; distance < place.size(); distance++) {
            int from = place.before(distance);
            schedule.send(0, place.after(distance), own, byteSize);
            schedule.receive(0, from, Landing.at(results[from]), byteSize);
        }
        return schedule.build();
    }

    private static Schedule ring(Place place, Schedule.Builder schedule, long own, long[] results, long byteSize) {
        schedule.postAhead(Switchover.RECEIVES_AHEAD);
        for (int round = 0; round < place.size() - 1; round++) {
            long sent = round == 0 ? own : results[place.before(round)];
            schedule.send(round, place.after(1), sent, byteSize);
            schedule.receive(round, place.before(1), Landing.at(results[place.before(round + 1)]), byteSize);
        }
        return schedule.build();
    }

    /**
     * @param tensors addresses by the rank they are for
     * @param results addresses by the rank they come from
     */
    static Schedule allToAll(Place place, long[] tensors, long[] results, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        for (int distance = 1; distance < place.size(); distance++) {
            int to = place.after(distance);
            int from = place.before(distance);
            schedule.send(0, to, tensors[to], byteSize);
            schedule.receive(0, from, Landing.at(results[from]), byteSize);
        }
        return schedule.copy(tensors[place.rank()], results[place.rank()], byteSize)
                .build();
    }

    /** In round k each member hears from 2^k more. */
    static Schedule barrier(Place place) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        int round = 0;
        for (int distance = 1; distance < place.size(); distance *= 2) {
            schedule.send(round, place.after(distance), 0, 0);
            schedule.receive(round, place.before(distance), Schedule.NOTHING, 0);
            round++;
        }
        return schedule.build();
    }
}
