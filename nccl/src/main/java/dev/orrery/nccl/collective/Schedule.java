package dev.orrery.nccl.collective;

import dev.orrery.nccl.transfer.Landing;
import java.util.ArrayList;
import java.util.List;

/**
 * What one member does for a collective operation, in rounds. A round's messages are sent when all receives of the rounds
 * before it are complete; its receives are posted up to {@code ahead} rounds earlier. A receive never writes what an
 * earlier message of this member may still be read from.
 *
 * @param announces whether the operation begins with an empty message to the rank after, because no other goes there at
 *     once
 * @param isAnnounced the same of the rank before
 */
record Schedule(List<Round> rounds, List<Copy> copies, int ahead, boolean announces, boolean isAnnounced) {
    /** For a message without bytes. */
    static final Landing NOTHING = (source, offset, length) -> {};

    record Round(List<Receive> receives, List<Send> sends) {}

    record Receive(int peer, long byteSize, Landing landing) {}

    record Send(int peer, long address, long byteSize) {}

    /** Within this member, at the beginning. */
    record Copy(long from, long to, long byteSize) {}

    /** Collects one. */
    static final class Builder {
        private final Place place;
        private final List<Round> rounds = new ArrayList<>(2);
        private final List<Copy> copies = new ArrayList<>(1);
        private int ahead;

        Builder(Place place) {
            this.place = place;
        }

        Builder send(int round, int peer, long address, long byteSize) {
            round(round).sends.add(new Send(peer, address, byteSize));
            return this;
        }

        Builder receive(int round, int peer, Landing landing, long byteSize) {
            round(round).receives.add(new Receive(peer, byteSize, landing));
            return this;
        }

        Builder copy(long from, long to, long byteSize) {
            copies.add(new Copy(from, to, byteSize));
            return this;
        }

        /** No receive needs what an earlier one gives. */
        Builder postAhead(int howMany) {
            ahead = howMany;
            return this;
        }

        private Round round(int index) {
            while (rounds.size() <= index) {
                rounds.add(new Round(new ArrayList<>(2), new ArrayList<>(2)));
            }
            return rounds.get(index);
        }

        Schedule build() {
            boolean alone = place.size() == 1;
            return new Schedule(rounds, copies, ahead, !alone && !sendsAtOnce(), !alone && !receivesAtOnce());
        }

        private boolean sendsAtOnce() {
            return !rounds.isEmpty() && rounds.get(0).sends.stream().anyMatch(send -> send.peer == place.after(1));
        }

        private boolean receivesAtOnce() {
            return !rounds.isEmpty()
                    && rounds.get(0).receives.stream().anyMatch(receive -> receive.peer == place.before(1));
        }
    }
}
