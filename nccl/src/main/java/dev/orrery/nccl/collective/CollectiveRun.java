package dev.orrery.nccl.collective;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.Schedule.Receive;
import dev.orrery.nccl.collective.Schedule.Round;
import dev.orrery.nccl.collective.Schedule.Send;
import dev.orrery.nccl.transfer.Call;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Envelope.Step;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.Transfers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * This member's part in one collective operation. Moved on by whichever thread completes a message, one at a time; what
 * completes meanwhile is seen by that thread. After a failure it waits until no message uses its memory any more.
 */
final class CollectiveRun {
    private final Transfers transfers;
    private final Call call;
    private final Schedule schedule;
    private final Consumer<Optional<OrreryException>> ended;

    private final AtomicInteger signals = new AtomicInteger();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicIntegerArray receivesLeft;
    private final AtomicReference<OrreryException> failure = new AtomicReference<>();

    // By the thread that moves it on.
    private final int[] sentTo;
    private final int[] receivedFrom;
    private int round;
    private int roundsReceiving;
    private int roundsSent;
    private boolean copied;
    private boolean over;

    /**
     * @param ended told once, when all is done and no memory is used any more; present: why it failed. Keeps the memory that
     *     the schedule uses reachable
     */
    CollectiveRun(Transfers transfers, Call call, Schedule schedule, Consumer<Optional<OrreryException>> ended) {
        this.transfers = transfers;
        this.call = call;
        this.schedule = schedule;
        this.ended = ended;
        this.receivesLeft = new AtomicIntegerArray(schedule.rounds().size() + 1);
        this.sentTo = new int[transfers.size()];
        this.receivedFrom = new int[transfers.size()];
    }

    void start() {
        signals.incrementAndGet();
        List<Round> rounds = schedule.rounds();
        for (int i = 0; i < rounds.size(); i++) {
            receivesLeft.set(i, rounds.get(i).receives().size());
        }
        Place place = new Place(transfers.rank(), transfers.size());
        if (schedule.isAnnounced()) {
            // Belongs to no round: it is waited for at the end only.
            receivesLeft.set(rounds.size(), 1);
            post(new Receive(place.before(1), 0, Schedule.NOTHING), rounds.size());
        }
        if (schedule.announces()) {
            send(new Send(place.after(1), 0, 0));
        }
        progress();
        moveOn(1);
    }

    private void moveOn() {
        if (signals.getAndIncrement() == 0) {
            progress();
            moveOn(1);
        }
    }

    private void moveOn(int seen) {
        int left = signals.addAndGet(-seen);
        while (left != 0) {
            progress();
            left = signals.addAndGet(-left);
        }
    }

    private void progress() {
        List<Round> rounds = schedule.rounds();
        while (round < rounds.size() && failure.get() == null) {
            int posted = Math.min(rounds.size(), round + 1 + schedule.ahead());
            for (; roundsReceiving < posted; roundsReceiving++) {
                for (Receive receive : rounds.get(roundsReceiving).receives()) {
                    post(receive, roundsReceiving);
                }
            }
            if (roundsSent == round) {
                roundsSent++;
                rounds.get(round).sends().forEach(this::send);
            }
            if (receivesLeft.get(round) != 0) {
                break;
            }
            round++;
        }
        copyOnce();
        boolean isComplete = round == rounds.size() || failure.get() != null;
        if (isComplete && outstanding.get() == 0 && !over) {
            over = true;
            ended.accept(Optional.ofNullable(failure.get()));
        }
    }

    /** After the first messages were posted, which go their way meanwhile. */
    private void copyOnce() {
        if (!copied) {
            copied = true;
            schedule.copies().forEach(copy -> NativeMemory.copy(copy.from(), copy.to(), copy.byteSize()));
        }
    }

    private void post(Receive receive, int ofRound) {
        int number = receivedFrom[receive.peer()]++;
        outstanding.incrementAndGet();
        transfers.receive(
                receive.peer(),
                new StepReception(new Step(call, number, receive.byteSize()), receive.landing(), ofRound));
    }

    private void send(Send send) {
        int number = sentTo[send.peer()]++;
        CompletableFuture<Void> done = new CompletableFuture<>();
        outstanding.incrementAndGet();
        transfers.send(send.peer(), new Outgoing(new Step(call, number, send.byteSize()), send.address(), this, done));
        if (done.isDone() && !done.isCompletedExceptionally()) {
            onEnded();
        } else {
            done.whenComplete((nothing, why) -> {
                if (why != null) {
                    failure.compareAndSet(null, asOrrery(why));
                }
                onEnded();
            });
        }
    }

    private static OrreryException asOrrery(Throwable why) {
        return why instanceof OrreryException known
                ? known
                : OrreryException.of(ErrorCode.INTERNAL, "a message could not be sent: " + why, why);
    }

    private void onEnded() {
        outstanding.decrementAndGet();
        moveOn();
    }

    private final class StepReception implements Reception {
        private final Step expected;
        private final Landing landing;
        private final int ofRound;

        StepReception(Step expected, Landing landing, int ofRound) {
            this.expected = expected;
            this.landing = landing;
            this.ofRound = ofRound;
        }

        @Override
        public Landing accept(Envelope envelope) throws MismatchException {
            if (!expected.equals(envelope)) {
                throw new MismatchException("expected was " + expected + ", and what came is " + envelope);
            }
            return landing;
        }

        @Override
        public void complete() {
            closeLanding();
            receivesLeft.decrementAndGet(ofRound);
            onEnded();
        }

        @Override
        public void fail(OrreryException why) {
            closeLanding();
            failure.compareAndSet(null, why);
            onEnded();
        }

        private void closeLanding() {
            if (landing instanceof ReduceLanding reduced) {
                reduced.close();
            }
        }
    }
}
