package dev.orrery.nccl.host;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.PortConnection;
import dev.orrery.nccl.transfer.PeerPath;
import io.netty.channel.ChannelHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way to one other member, from the first attempt to connect on: takes the connection over, chooses what carries the
 * messages, and passes on what is asked of it before that is there. Thread-safe.
 */
final class MemberPath implements PortConnection {
    /** Called on a thread of the transport, or by a method called here. */
    interface Events extends PeerPath.Events {
        /** The peer has shown who it is. */
        void onReached(PeerProcess peer);

        /** Messages can be sent and received. */
        void onAttached();
    }

    private final PathFactory factory;
    private final Events events;
    private final List<Runnable> unwanted = new ArrayList<>();
    /** Empty, or the path. */
    private volatile List<PeerPath> paths = List.of();

    private boolean connected;
    private boolean released;
    private Optional<OrreryException> aborted = Optional.empty();

    MemberPath(PathFactory factory, Events events) {
        this.factory = factory;
        this.events = events;
    }

    /** The path when messages can be sent and received, none before. Made once, since each operation asks for it. */
    List<PeerPath> paths() {
        return paths;
    }

    @Override
    public ChannelHandler[] handlers(PeerProcess peer) {
        synchronized (this) {
            connected = true;
        }
        events.onReached(peer);
        return factory.connect(peer, new Outcome());
    }

    @Override
    public void gone() {
        events.onLost("its data connection was closed while the world was forming");
    }

    void tick() {
        paths.forEach(PeerPath::tick);
    }

    void end(OrreryException why, boolean keepArrived) {
        List<PeerPath> there = paths;
        if (there.isEmpty()) {
            abort(why);
        } else {
            there.forEach(path -> path.end(why, keepArrived));
        }
    }

    void cut() {
        paths.forEach(PeerPath::cut);
    }

    void abort(OrreryException why) {
        List<Runnable> givenUp;
        boolean releaseNow;
        synchronized (this) {
            if (aborted.isEmpty()) {
                aborted = Optional.of(why);
            }
            givenUp = List.copyOf(unwanted);
            unwanted.clear();
            releaseNow = paths.isEmpty() && !connected && !released;
            released |= releaseNow;
        }
        paths.forEach(path -> path.abort(why));
        // Also what a peer that was stopped right then did not close.
        givenUp.forEach(Runnable::run);
        if (releaseNow) {
            events.onReleased();
        }
    }

    /** What comes of the choice. */
    private final class Outcome implements PathFactory.Outcome {
        @Override
        public void onPath(PeerPath chosen) {
            Optional<OrreryException> over;
            synchronized (MemberPath.this) {
                paths = List.of(chosen);
                over = aborted;
            }
            over.ifPresent(chosen::abort);
            events.onAttached();
        }

        @Override
        public void whenUnwanted(Runnable then) {
            synchronized (MemberPath.this) {
                if (aborted.isEmpty()) {
                    unwanted.add(then);
                    return;
                }
            }
            then.run();
        }

        @Override
        public void onNone(NoPath why) {
            if (why instanceof NoPath.Failed failed) {
                events.onFailed(failed.cause());
            } else if (why instanceof NoPath.Closed closed) {
                events.onLost(closed.why());
            }
            synchronized (MemberPath.this) {
                connected = false;
                if (aborted.isEmpty() || released) {
                    return;
                }
                released = true;
            }
            events.onReleased();
        }

        @Override
        public PeerPath.Events events() {
            return events;
        }
    }
}
