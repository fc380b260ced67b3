package dev.orrery.nccl.shared;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.shared.Outbox.ClosedTensorException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.watchdog.TransferWatch;
import dev.orrery.world.Transport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Messages through two rings. Data is moved by whoever is there: a sender on its own thread as far as there is room, a
 * thread that waits, otherwise the {@link RingThread}. The two directions are independent of each other.
 */
public final class SharedPath implements PeerPath {
    /** What a path obeys. */
    public record Rules(long maxTensorBytes, Duration operationTimeout, Duration tickInterval) {}

    private final PathParts parts;
    private final RingThread thread;
    private final Events events;
    private final NanoClock clock;
    private final Bell bell;
    private final Outbox outbox;
    private final Inbox inbox;
    private final PathEnd end = new PathEnd();
    private final Attention attention;
    private final Direction out = new Direction(this::workOut);
    private final Direction in = new Direction(this::workIn);
    private final AtomicInteger openSides = new AtomicInteger(2);
    private final AtomicBoolean faulty = new AtomicBoolean();
    private volatile int peersSaid;
    private volatile boolean peerGone;
    private volatile boolean peerTakesNothing;

    // Of the two directions:
    private boolean endSaid;
    private boolean outClosed;
    private boolean endHeard;
    private boolean inClosed;

    private final TransferWatch watch;

    public SharedPath(PathParts parts, Rules rules, RingThread thread, Events events, NanoClock clock) {
        this.parts = parts;
        this.thread = thread;
        this.events = events;
        this.clock = clock;
        this.bell = new Bell(parts.bell());
        RingGeometry geometry = parts.file().geometry();
        int written = parts.creator() ? 0 : 1;
        this.outbox = new Outbox(new RingWriter(parts.file().region(written), geometry), geometry);
        this.inbox =
                new Inbox(new RingReader(parts.file().region(1 - written), geometry), geometry, rules.maxTensorBytes());
        this.watch = new TransferWatch(parts.peer(), rules.operationTimeout(), rules.tickInterval(), clock.nanoTime());
        this.attention = new Attention(clock.nanoTime());
    }

    /** From now on what the peer does is noticed. */
    public void start() {
        thread.add(this);
    }

    @Override
    public Transport transport() {
        return Transport.SHARED_MEMORY;
    }

    Bell bell() {
        return bell;
    }

    @Override
    public void send(Outgoing message) {
        Optional<OrreryException> over = end.why();
        if (over.isPresent()) {
            message.fail(over.get());
            return;
        }
        outbox.add(message);
        out.ask();
    }

    @Override
    public void receive(Reception reception) {
        inbox.add(reception);
        in.ask();
    }

    @Override
    public boolean canHelp() {
        return true;
    }

    @Override
    public void visited() {
        attention.visited();
    }

    @Override
    public void helping() {
        attention.helping();
    }

    @Override
    public boolean help() {
        return poll();
    }

    @Override
    public boolean streams() {
        return in.streams() || out.streams();
    }

    @Override
    public void helped(boolean waiting) {
        attention.helped(waiting);
        if (!attention.isPolled()) {
            ask();
        }
    }

    void ask() {
        out.ask();
        in.ask();
    }

    @Override
    public void end(OrreryException why, boolean keep) {
        end.end(why, keep);
        ask();
    }

    @Override
    public void cut() {
        end.cut();
        ask();
    }

    @Override
    public void abort(OrreryException why) {
        end.abort(why);
        ask();
    }

    @Override
    public void tick() {
        long now = clock.nanoTime();
        if (end.why().isEmpty()) {
            watch.tick(out.movement(), in.movement(), now).ifPresent(this::fault);
        }
        // Looks whether the other side takes, which nobody tells.
        out.ask();
    }

    private void fault(Failure cause) {
        if (faulty.compareAndSet(false, true)) {
            events.onFailed(cause);
        }
    }

    /** The peer's process is gone, or has let go of this path. */
    public void peerGone() {
        peerGone = true;
        ask();
    }

    /** Moves what can be moved now; returns whether anything moves or may move soon. */
    boolean poll() {
        boolean sends = out.poll(outbox.isIdle());
        return in.poll(inbox.isIdle()) || sends;
    }

    /** The thread of the rings will not look here by itself again; returns whether something has moved meanwhile. */
    boolean leaveAlone() {
        attention.polled(false);
        long before = out.progress() + in.progress();
        ask();
        return out.progress() + in.progress() != before;
    }

    Attention attention() {
        return attention;
    }

    // ---- sending, one thread at a time ----

    private void workOut() {
        // What ends early has nothing more to do, or the thread of the rings would never rest.
        out.more(false);
        if (outClosed) {
            outbox.failAll(end.why().orElseThrow());
            return;
        }
        if (end.aborted().isPresent()) {
            closeOut(end.aborted().get());
            return;
        }
        try {
            moveOut();
        } catch (ClosedTensorException e) {
            fault(e.failure());
        } catch (BadMessageException e) {
            fault(e.failure(parts.peer()));
        } catch (RuntimeException | OutOfMemoryError e) {
            fault(Failure.of(e));
        }
        if (end.ending().isPresent()) {
            endOut(end.ending().get());
        }
    }

    private void moveOut() throws ClosedTensorException, BadMessageException {
        if (faulty.get() || peerGone) {
            return;
        }
        boolean again;
        do {
            long moved = outbox.move();
            if (moved > 0) {
                noteOut();
                if (outbox.readerSleeps()) {
                    bell.ring();
                }
            }
            again = false;
            out.more(!outbox.isIdle() && !outbox.isBlocked());
            if (!attention.isGiven()) {
                if (out.hasMore()) {
                    thread.wake();
                } else if (outbox.isBlocked()) {
                    again = !outbox.sleep();
                }
            }
        } while (again);
        out.moving(outbox.isMoving());
    }

    private void noteOut() {
        out.progress(outbox.progress());
        noteMove();
    }

    /** In either direction; as long as that is open, so is the memory. */
    private void noteMove() {
        attention.moved(inbox.peersOfWriter(), inbox.processOfWriter());
        int peers = thread.activePeers();
        if (peers != peersSaid) {
            peersSaid = peers;
            outbox.sayPeers(peers, thread.process());
        }
    }

    private void endOut(OrreryException why) {
        if (end.isCut() || peerTakesNothing || peerGone) {
            out.more(false);
            outbox.failAll(why);
        }
        if (outbox.isIdle() && !endSaid) {
            endSaid = true;
            outbox.sayEnd(end.keepsArrived());
            bell.ring();
        }
        // What is in the ring stays for the peer, which has it mapped.
        if (endSaid && !end.keepsArrived()) {
            closeOut(why);
        }
    }

    private void closeOut(OrreryException why) {
        outClosed = true;
        out.moving(false);
        outbox.failAll(why);
        closeSide();
    }

    // ---- receiving, one thread at a time ----

    private void workIn() {
        in.more(false);
        if (inClosed) {
            inbox.failAll(end.why().orElseThrow());
            return;
        }
        if (end.aborted().isPresent()) {
            closeIn(end.aborted().get());
            return;
        }
        if (end.ending().isPresent() && !end.keepsArrived()) {
            closeIn(end.ending().get());
            return;
        }
        try {
            moveIn();
        } catch (BadMessageException e) {
            fault(e.failure(parts.peer()));
        } catch (MismatchException e) {
            fault(e.failure(parts.self(), parts.peer()));
        } catch (RuntimeException | OutOfMemoryError e) {
            fault(Failure.of(e));
        }
    }

    private void moveIn() throws BadMessageException, MismatchException {
        boolean again;
        do {
            if (faulty.get()) {
                return;
            }
            long moved = inbox.move();
            if (moved > 0) {
                noteIn();
                if (inbox.writerSleeps()) {
                    bell.ring();
                }
            }
            hearEnd();
            again = false;
            in.more(!inbox.isIdle() && !inbox.isDrained());
            if (!attention.isGiven()) {
                if (in.hasMore()) {
                    thread.wake();
                } else if (!inbox.isIdle() && !endHeard) {
                    again = !inbox.sleep();
                }
            }
        } while (again);
        in.moving(inbox.isMoving());
    }

    private void noteIn() {
        in.progress(inbox.progress());
        noteMove();
    }

    private void hearEnd() {
        // In this order: a peer says that it leaves, and then is gone.
        boolean gone = peerGone;
        long ended = inbox.ended();
        if (!endHeard && (ended != 0 || gone)) {
            endHeard = true;
            peerTakesNothing = ended != RingGeometry.ENDED_RECEIVING;
            if (end.ending().isEmpty()) {
                tellEnd(ended != 0);
            }
            out.ask();
        }
        if (end.ending().isPresent() && (end.isCut() || (endHeard && inbox.isDrained()))) {
            inbox.failAll(end.ending().get());
        }
    }

    private void tellEnd(boolean inGoodOrder) {
        if (inGoodOrder) {
            events.onPeerLeft();
        } else {
            events.onLost("its data connection was closed without a leave");
        }
    }

    private void closeIn(OrreryException why) {
        inClosed = true;
        in.moving(false);
        inbox.failAll(why);
        closeSide();
    }

    /** Each direction closes once; after the second nobody touches the memory. */
    private void closeSide() {
        if (openSides.decrementAndGet() == 0) {
            bell.close();
            // Wakes it, so that it lets go of the bell's descriptor.
            thread.remove(this);
            parts.file().close();
            events.onReleased();
        }
    }
}
