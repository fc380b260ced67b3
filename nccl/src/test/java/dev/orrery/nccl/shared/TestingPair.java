package dev.orrery.nccl.shared;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Two ends of shared memory in one process, each on a thread of the rings of its own side. Nothing ticks. */
final class TestingPair {
    static final SharedPath.Rules RULES =
            new SharedPath.Rules(1L << 30, Duration.ofSeconds(30), Duration.ofMillis(500));

    /** What one end told. */
    static final class Told implements PeerPath.Events {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch released = new CountDownLatch(1);
        final CompletableFuture<String> ended = new CompletableFuture<>();

        private void tell(String what) {
            events.add(what);
            ended.complete(what);
        }

        @Override
        public void onLost(String why) {
            tell("lost: " + why);
        }

        @Override
        public void onFailed(Failure cause) {
            tell("failed: " + cause.message());
        }

        @Override
        public void onPeerLeft() {
            tell("left");
        }

        @Override
        public void onReleased() {
            released.countDown();
        }
    }

    final SharedPath left;
    final SharedPath right;
    final Told leftTold = new Told();
    final Told rightTold = new Told();

    private TestingPair(Meeting meeting, RingThread leftRings, RingThread rightRings) {
        PathParts joined = Meeting.join(meeting.invitation(), "right", "left");
        this.left = new SharedPath(meeting.complete("left", "right"), RULES, leftRings, leftTold, NanoClock.SYSTEM);
        this.right = new SharedPath(joined, RULES, rightRings, rightTold, NanoClock.SYSTEM);
    }

    static TestingPair meet(Path folder, RingGeometry geometry, RingThread leftRings, RingThread rightRings) {
        try (Meeting meeting = Meeting.arrange(folder, geometry)) {
            TestingPair pair = new TestingPair(meeting, leftRings, rightRings);
            pair.left.start();
            pair.right.start();
            return pair;
        }
    }

    void abort(OrreryException why) {
        left.abort(why);
        right.abort(why);
    }

    static Outgoing sent(Tensor tensor, CompletableFuture<Void> done) {
        return new Outgoing(new Envelope.Sent(TensorHeader.of(tensor)), tensor.address(), tensor, done);
    }

    /** Takes whatever tensor comes. */
    static final class Taking implements Reception {
        final CompletableFuture<Tensor> received = new CompletableFuture<>();
        private volatile Tensor tensor;

        @Override
        public Landing accept(Envelope envelope) {
            tensor = ((Envelope.Sent) envelope).tensor().allocate();
            return Landing.at(tensor.address());
        }

        @Override
        public void complete() {
            received.complete(tensor);
        }

        @Override
        public void fail(OrreryException why) {
            received.completeExceptionally(why);
        }
    }
}
