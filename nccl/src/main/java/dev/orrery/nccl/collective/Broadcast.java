package dev.orrery.nccl.collective;

import dev.orrery.nccl.transfer.Landing;

/**
 * The root's tensor for every member: down a binomial tree, or a large one (see {@link Switchover}) along a chain of all
 * members, in segments. Each member passes on what lies in its own tensor.
 */
final class Broadcast {
    private Broadcast() {}

    static Schedule plan(Place place, Switchover switchover, int root, long tensor, long byteSize) {
        return switchover.isChain(byteSize, place.size())
                ? chain(place, switchover.segments(byteSize, 1), root, tensor)
                : tree(place, root, tensor, byteSize);
    }

    private static Schedule tree(Place place, int root, long tensor, long byteSize) {
        Schedule.Builder schedule = new Schedule.Builder(place);
        int fromRoot = place.fromRoot(root);
        int round = 0;
        for (int reached = 1; reached < place.size(); reached *= 2) {
            if (fromRoot < reached && fromRoot + reached < place.size()) {
                schedule.send(round, place.after(reached), tensor, byteSize);
            } else if (fromRoot >= reached && fromRoot < 2 * reached) {
                schedule.receive(round, place.before(reached), Landing.at(tensor), byteSize);
            }
            round++;
        }
        return schedule.build();
    }

    private static Schedule chain(Place place, Slices segments, int root, long tensor) {
        Schedule.Builder schedule = new Schedule.Builder(place).postAhead(Switchover.RECEIVES_AHEAD);
        int position = place.fromRoot(root);
        for (int segment = 0; segment < segments.count(); segment++) {
            long at = tensor + segments.offset(segment);
            long length = segments.byteSize(segment);
            if (position > 0) {
                schedule.receive(position - 1 + segment, place.before(1), Landing.at(at), length);
            }
            if (position < place.size() - 1) {
                schedule.send(position + segment, place.after(1), at, length);
            }
        }
        return schedule.build();
    }
}
