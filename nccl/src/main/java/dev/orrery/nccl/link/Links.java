package dev.orrery.nccl.link;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Dial;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.Retry;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.LinkFrame;
import dev.orrery.nccl.proto.LinkProbe;
import dev.orrery.nccl.proto.WorldBroken;
import dev.orrery.nccl.proto.WorldNote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control links of this process, one to each process that it shares or shared a world with. Of two processes the one
 * with the lower instance dials, whoever connected the data path, so there are never two links between them. A link
 * stays until either process ends or falls silent. All methods on the control thread.
 */
public final class Links {
    private static final Logger log = LoggerFactory.getLogger(Links.class);
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(2);
    /** Who waits for a reason does not do so for longer. */
    private static final Duration NEWS_LIMIT = Duration.ofSeconds(1);

    private final WorldOptions options;
    private final ControlThread control;
    private final DataPort port;
    private final LinkUser user;
    private final Map<String, Entry> entries = new HashMap<>();

    /** What is known of one process. */
    private static final class Entry {
        private final Set<Long> worlds = new HashSet<>();
        /** Those of them that live and die with the link that is up; the others wait for one. */
        private final Set<Long> linked = new HashSet<>();

        /** For a process that there is no link to yet. */
        private final List<LinkFrame> news = new ArrayList<>();

        private HostPort address;
        private Optional<Link> up = Optional.empty();
        private boolean dialling;
        private int failures;

        Entry(HostPort address) {
            this.address = address;
        }

        boolean isWanted() {
            return !worlds.isEmpty() || !news.isEmpty();
        }

        boolean isForgettable() {
            return !isWanted() && up.isEmpty() && !dialling;
        }
    }

    public Links(WorldOptions options, ControlThread control, DataPort port, LinkUser user) {
        this.options = options;
        this.control = control;
        this.port = port;
        this.user = user;
    }

    /**
     * A world has a member in {@code peer}; from now until {@link #unbind} it is told of the link. When one is up, the peer
     * is asked first: it may have given that link up, and its word of that be lost or late. The world then belongs to the
     * next link, and does not end with this one.
     *
     * @param address where this world's spec says that the process is
     */
    public void bind(long world, PeerProcess peer, HostPort address) {
        Entry entry = entries.computeIfAbsent(peer.instance(), instance -> new Entry(address));
        entry.address = address;
        entry.worlds.add(world);
        if (entry.up.isPresent()) {
            LinkProbe probe = LinkProbe.newBuilder().setWorld(world).build();
            entry.up.get().send(LinkFrame.newBuilder().setProbe(probe).build());
        } else {
            dialIfNeeded(entry, peer);
        }
    }

    private void dialIfNeeded(Entry entry, PeerProcess peer) {
        if (dials(peer) && !entry.dialling && entry.isWanted()) {
            dial(entry, peer, entry.address);
        }
    }

    private boolean dials(PeerProcess peer) {
        return port.self().instance().compareTo(peer.instance()) < 0;
    }

    private void dial(Entry entry, PeerProcess peer, HostPort address) {
        entry.dialling = true;
        Link link = new Link(peer, options, NanoClock.SYSTEM, events());
        Dial dial = new Dial(address, Optional.empty(), Optional.of(peer.instance()), link, DIAL_TIMEOUT);
        port.dial(dial)
                .exceptionally(failure -> {
                    control.execute(() -> onDialFailed(entry, peer, address, Retry.cause(failure)));
                    return peer;
                })
                .thenAccept(reached -> log.debug("link to {}: dialled", reached));
    }

    private void onDialFailed(Entry entry, PeerProcess peer, HostPort address, OrreryException failure) {
        if (!entry.isWanted()) {
            entry.dialling = false;
            forget(entry, peer);
        } else if (Retry.canHeal(failure)) {
            entry.failures++;
            control.after(Retry.backoff(entry.failures), () -> {
                if (!entry.isWanted()) {
                    entry.dialling = false;
                    forget(entry, peer);
                } else {
                    dial(entry, peer, address);
                }
            });
        } else {
            log.warn("link to {}: {}", peer, failure.getMessage());
            entry.dialling = false;
            tellLost(entry, entry.worlds, peer, failure.getMessage());
        }
    }

    private void forget(Entry entry, PeerProcess peer) {
        if (entry.isForgettable()) {
            entries.remove(peer.instance(), entry);
        }
    }

    private void tellLost(Entry entry, Set<Long> those, PeerProcess peer, String why) {
        List<Long> lost = new ArrayList<>(those);
        lost.forEach(entry.worlds::remove);
        lost.forEach(entry.linked::remove);
        forget(entry, peer);
        lost.forEach(world -> user.linkLost(world, peer.instance(), why));
    }

    /** A process dialled a link to this one. */
    public void accept(PeerProcess peer, Incoming incoming) {
        if (dials(peer) || peer.instance().equals(port.self().instance())) {
            incoming.refuse(Answer.UNEXPECTED, "the process with the lower instance dials the link");
            return;
        }
        incoming.accept(new Link(peer, options, NanoClock.SYSTEM, events()));
    }

    private Link.Events events() {
        return new Link.Events() {
            @Override
            public void onUp(Link link) {
                control.execute(() -> up(link));
            }

            @Override
            public void onFrame(Link link, LinkFrame frame) {
                if (frame.hasWorldBroken()) {
                    WorldBroken news = frame.getWorldBroken();
                    Failure cause = ErrorCodec.fromMessage(news.getCause());
                    control.execute(
                            () -> user.peerBroke(news.getWorld(), link.peer().instance(), cause));
                } else if (frame.hasNote()) {
                    control.execute(() -> user.noted(link.peer().instance(), frame.getNote()));
                } else if (frame.hasProbe()) {
                    link.send(LinkFrame.newBuilder()
                            .setProbeAnswer(frame.getProbe())
                            .build());
                } else if (frame.hasProbeAnswer()) {
                    long world = frame.getProbeAnswer().getWorld();
                    control.execute(() -> answered(link, world));
                }
            }

            @Override
            public void onDown(Link link, String why) {
                control.execute(() -> down(link, why));
            }
        };
    }

    private void up(Link link) {
        PeerProcess peer = link.peer();
        Entry entry = entries.computeIfAbsent(peer.instance(), instance -> new Entry(peer.address()));
        entry.dialling = false;
        entry.failures = 0;
        // The peer dials again only when it knows that the old one is dead.
        Optional<Link> old = entry.up;
        if (old.isPresent()) {
            down(old.get(), "the peer gave it up");
            old.get().close("replaced");
            entry = entries.computeIfAbsent(peer.instance(), instance -> new Entry(peer.address()));
        }
        entry.up = Optional.of(link);
        log.info("link to {} is up", peer);
        entry.news.forEach(link::send);
        entry.news.clear();
        for (long world : new ArrayList<>(entry.worlds)) {
            linked(entry, peer, world);
        }
    }

    private void answered(Link link, long world) {
        Entry entry = entries.get(link.peer().instance());
        if (entry != null && entry.up.isPresent() && entry.up.get() == link && entry.worlds.contains(world)) {
            linked(entry, link.peer(), world);
        }
    }

    private void linked(Entry entry, PeerProcess peer, long world) {
        if (entry.linked.add(world)) {
            user.linked(world, peer.instance());
        }
    }

    private void down(Link link, String why) {
        PeerProcess peer = link.peer();
        Entry entry = entries.get(peer.instance());
        if (entry == null || entry.up.isEmpty() || entry.up.get() != link) {
            return;
        }
        log.info("link to {} is down: {}; {} worlds with it", peer, why, entry.linked.size());
        entry.up = Optional.empty();
        tellLost(entry, entry.linked, peer, why);
        dialIfNeeded(entry, peer);
    }

    public void unbind(long world) {
        entries.values().forEach(entry -> {
            entry.worlds.remove(world);
            entry.linked.remove(world);
        });
        entries.values().removeIf(Entry::isForgettable);
    }

    /** Whether the process can still tell by its link what happened to a world. */
    public boolean isUp(String instance) {
        Entry entry = entries.get(instance);
        return entry != null && entry.up.isPresent();
    }

    /** Says something to a member of a world, in order. Where the link is down, the world hears of that anyway. */
    public void tell(PeerProcess peer, WorldNote note) {
        Entry entry = entries.get(peer.instance());
        if (entry != null && entry.up.isPresent()) {
            entry.up.get().send(LinkFrame.newBuilder().setNote(note).build());
        }
    }

    /** Tells every process that the world is bound to. */
    public void tellBroken(long world, Failure cause) {
        LinkFrame frame = broken(world, cause);
        for (Entry entry : entries.values()) {
            if (entry.worlds.contains(world)) {
                tell(entry, frame);
            }
        }
    }

    /** Tells one process, though the world is not bound to it any more. */
    public void tellBroken(long world, PeerProcess peer, Failure cause) {
        Entry entry = entries.computeIfAbsent(peer.instance(), instance -> new Entry(peer.address()));
        tell(entry, broken(world, cause));
        if (entry.up.isEmpty()) {
            dialIfNeeded(entry, peer);
        }
    }

    private static LinkFrame broken(long world, Failure cause) {
        return LinkFrame.newBuilder()
                .setWorldBroken(WorldBroken.newBuilder().setWorld(world).setCause(ErrorCodec.toMessage(cause)))
                .build();
    }

    /** Now, or when a link comes up that is being made. */
    private void tell(Entry entry, LinkFrame frame) {
        if (entry.up.isPresent()) {
            entry.up.get().send(frame);
            return;
        }
        entry.news.add(frame);
        control.after(NEWS_LIMIT, () -> {
            entry.news.remove(frame);
            entries.values().removeIf(Entry::isForgettable);
        });
    }

    public int count() {
        return (int)
                entries.values().stream().filter(entry -> entry.up.isPresent()).count();
    }
}
