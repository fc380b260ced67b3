package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.head.store.LeaderAddress;
import dev.orrery.head.store.Leadership;
import dev.orrery.head.store.LeadershipListener;
import dev.orrery.head.zookeeper.ZooKeeperClusterStore.Term;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for election in each session anew. All decisions are made on one thread; what happens elsewhere only asks it to look
 * again.
 */
public final class ZooKeeperLeadership implements Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperLeadership.class);
    private static final long RETRY_MILLIS = 500;
    /** Between two strangers' sessions. */
    private static final long PROBE_PAUSE_MILLIS = 1_000;

    private static final long CLOSE_SECONDS = 3;

    private final ZooKeeperSettings settings;
    private final HeadSelf self;
    private final NanoClock clock;
    private final StorePaths paths;
    private final ZooKeeperSession session;
    private final BlockingCalls calls;
    private final Epochs epochs;
    private final ClusterIdentity identity;
    private final LostStore lostStore;
    private final LiveHead live;
    private final Rehearsals rehearsals;
    private final ScheduledExecutorService thread;
    private final Watcher epochWatcher = this::epochChanged;

    private LeadershipListener listener;
    // Set on the leadership thread; ended, when the session is lost, on Curator's too.
    private volatile Optional<Candidacy> candidacy = Optional.empty();
    private volatile Optional<ZooKeeperClusterStore> store = Optional.empty();
    private volatile Optional<LeaderAddress> leader = Optional.empty();
    /** This head's newest leadership, over or not, unless another head is known to have led since. */
    private volatile Optional<Term> lastTerm = Optional.empty();

    private volatile boolean suspended = true;
    private volatile boolean closed;
    private boolean retryIsDue;
    private boolean probeIsDue;
    private boolean probing;
    private boolean toldSuspended;
    /** Since all was well, so that what is tried again and again is told once. */
    private final Set<String> troubles = new HashSet<>();

    public ZooKeeperLeadership(
            ZooKeeperSettings settings, String cluster, HeadSelf self, Path dataDir, NanoClock clock) {
        this.settings = settings;
        this.self = self;
        this.clock = clock;
        this.paths = new StorePaths(cluster);
        this.session = new ZooKeeperSession(settings);
        this.calls = new BlockingCalls(session, clock);
        this.epochs = new Epochs(calls, paths);
        ClusterIdFile file = new ClusterIdFile(dataDir);
        this.identity = new ClusterIdentity(calls, paths, file);
        this.lostStore = new LostStore(new StoreProbe(settings, paths, file, clock), self, settings.operationTimeout());
        this.live = new LiveHead(calls, paths, self);
        this.rehearsals = new Rehearsals(calls, paths, clock, settings.operationTimeout(), this::follows);
        this.thread = Executors.newSingleThreadScheduledExecutor(new NamedThreads("head-leadership"));
    }

    @Override
    public void start(LeadershipListener electionListener) {
        listener = electionListener;
        session.start(new Connection());
        try {
            if (!session.awaitConnected(settings.connectTimeout().toNanos())) {
                throw OrreryException.of(
                        ErrorCode.STORE_UNAVAILABLE,
                        "ZooKeeper at " + settings.connect() + " did not answer within "
                                + settings.connectTimeout().toMillis()
                                + " ms; is it running there? (zookeeper.connect)");
            }
            thread.submit(this::stand).get();
            rehearsals.start(electionListener);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while connecting with ZooKeeper", e);
        } catch (ExecutionException e) {
            close();
            throw e.getCause() instanceof OrreryException known
                    ? known
                    : OrreryException.of(ErrorCode.INTERNAL, "cannot stand for election", e.getCause());
        } catch (OrreryException e) {
            close();
            throw e;
        }
    }

    @Override
    public Optional<String> trouble() {
        return suspended ? Optional.of("ZooKeeper at " + settings.connect() + " cannot be reached") : Optional.empty();
    }

    @Override
    public Optional<LeaderAddress> currentLeader() {
        // The last leader's record stays when it goes; this head knows for itself whether it leads.
        return leader.filter(named -> store.isPresent() || !named.head().equals(self.name()));
    }

    @Override
    public void leaderIsMissed() {
        rehearsals.readAhead().readSoon();
    }

    private boolean follows() {
        return !suspended && !closed && candidacy.isPresent() && store.isEmpty();
    }

    /** Looks at the connection from Curator's thread; only what cannot wait happens there. */
    private final class Connection implements ZooKeeperSession.Listener {
        @Override
        public void connected() {
            execute(() -> {
                suspended = false;
                look();
            });
        }

        @Override
        public void suspended() {
            suspended = true;
            LOG.warn("ZooKeeper at {} cannot be reached; nothing is written until it is back", settings.connect());
            execute(() -> {
                if (store.isPresent() && !toldSuspended) {
                    toldSuspended = true;
                    listener.writesSuspended();
                }
                probeLater();
            });
        }

        @Override
        public void lost() {
            suspended = true;
            rehearsals.readAhead().forget();
            String why = expired();
            store.ifPresent(ended -> ended.fence(why));
            // Before Curator tells of the next session: a latch would begin anew in it, whatever ZooKeeper holds then.
            candidacy.ifPresent(Candidacy::close);
            execute(() -> resign(why));
        }
    }

    private String expired() {
        return "the session with ZooKeeper at " + settings.connect() + " has expired";
    }

    private void execute(Runnable step) {
        try {
            thread.execute(step);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    /** Stands for election unless this session does so already. What fails is tried again later. */
    private void look() {
        try {
            stand();
            troubles.clear();
            if (toldSuspended && !suspended) {
                toldSuspended = false;
                LOG.info("ZooKeeper at {} is back; this head leads on", settings.connect());
                listener.writesResumed();
            }
        } catch (OrreryException e) {
            report("cannot stand for election", e);
            if (e.code() == ErrorCode.STORE_LOST && lastTerm.isPresent()) {
                probeNow();
            }
            retryLater();
        }
    }

    private void report(String what, OrreryException trouble) {
        if (troubles.add(trouble.getMessage())) {
            LOG.error("{}: {}", what, trouble.getMessage());
        }
    }

    private void probeLater() {
        if (!probeIsDue && !closed) {
            probeIsDue = true;
            thread.schedule(
                    () -> {
                        probeIsDue = false;
                        if (suspended) {
                            probeNow();
                        }
                    },
                    settings.sessionTimeout().multipliedBy(2).toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void probeNow() {
        if (!probing && !closed) {
            probing = true;
            // It waits, and this thread has to be there when ZooKeeper is back.
            new NamedThreads("head-store-probe").newThread(this::probe).start();
        }
    }

    private void probe() {
        LostStore.Outcome outcome = lostStore.recover(closed ? Optional.empty() : lastTerm, listener);
        execute(() -> {
            if (!closed) {
                thread.schedule(() -> probing = false, PROBE_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
            outcome.trouble()
                    .ifPresent(trouble -> report("ZooKeeper does not hold this head's cluster any more", trouble));
            if (suspended) {
                probeLater();
            } else if (outcome.wasLost() && outcome.trouble().isEmpty()) {
                look();
            }
        });
    }

    private void retryLater() {
        if (!retryIsDue && !closed) {
            retryIsDue = true;
            thread.schedule(
                    () -> {
                        retryIsDue = false;
                        if (!suspended) {
                            look();
                        }
                    },
                    RETRY_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void stand() {
        long id = session.id();
        if (closed || id == 0) {
            return;
        }
        suspended = false;
        if (candidacy
                .filter(current -> current.session() == id && !current.closed())
                .isEmpty()) {
            resign("a new session with ZooKeeper has begun");
            String cluster = identity.verify(deadline());
            live.register(id, settings.sessionTimeout().multipliedBy(2).plusSeconds(1), settings.operationTimeout());
            Candidacy next = new Candidacy(session.newLatch(paths.latch(), self.name()), id, cluster);
            candidacy = Optional.of(next);
            next.start(() -> takeOver(next), () -> unlatched(next), this::execute);
        }
        followEpoch();
    }

    private void takeOver(Candidacy winner) {
        if (closed || winner.closed() || !candidacy.equals(Optional.of(winner))) {
            return;
        }
        try {
            Optional<String> latch = winner.latchPath();
            Optional<Term> term = latch.flatMap(path -> epochs.raise(winner.cluster(), self, path, deadline()));
            if (term.isEmpty()) {
                LOG.warn("the latch was won but is gone again");
                resign("the latch is gone");
                retryLater();
                return;
            }
            lead(term.get());
        } catch (OrreryException e) {
            LOG.error("cannot take over: {}", e.getMessage());
            thread.schedule(() -> takeOver(winner), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lead(Term term) {
        // The store outlives its leadership in others' hands, so it must know which one it tells of.
        ZooKeeperClusterStore[] own = new ZooKeeperClusterStore[1];
        Duration timeout = settings.operationTimeout();
        Runnable onFenced = () -> execute(() -> fenced(own[0]));
        own[0] = new ZooKeeperClusterStore(calls, paths, term, timeout, onFenced, rehearsals.takeRead());
        store = Optional.of(own[0]);
        lastTerm = Optional.of(term);
        leader = Optional.of(new LeaderAddress(self.name(), self.address(), term.epoch()));
        LOG.info("head {} is leader, epoch {}", self.name(), term.epoch());
        listener.elected(own[0]);
    }

    private void fenced(ZooKeeperClusterStore ended) {
        if (store.equals(Optional.of(ended))) {
            resign("another epoch has begun");
            look();
        }
    }

    private void unlatched(Candidacy loser) {
        if (candidacy.equals(Optional.of(loser)) && store.isPresent()) {
            // The latch may hear of the session's end first.
            resign(suspended ? expired() : "the latch is gone");
            look();
        }
    }

    private void epochChanged(org.apache.zookeeper.WatchedEvent event) {
        if (event.getType() != Watcher.Event.EventType.None) {
            execute(() -> {
                if (!suspended && !closed) {
                    look();
                }
            });
        }
    }

    private void followEpoch() {
        session.watch(paths.epoch(), epochWatcher);
        Epochs.Current current = epochs.read(deadline());
        leader = current.leader();
        long newest = current.epoch().getEpoch();
        lastTerm = lastTerm.filter(own -> newest <= own.epoch());
        store.filter(leading -> leading.epochVersion() != current.version()).ifPresent(this::fenced);
    }

    /** Ends candidacy, and leadership with it. */
    private void resign(String why) {
        candidacy.ifPresent(Candidacy::close);
        candidacy = Optional.empty();
        store.ifPresent(ended -> {
            ended.fence(why);
            store = Optional.empty();
            toldSuspended = false;
            LOG.info("head {} leads no more: {}", self.name(), why);
            listener.lost(why);
        });
    }

    private Deadline deadline() {
        return Deadline.after(clock, settings.operationTimeout());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rehearsals.close();
        Future<?> resigned = thread.submit(() -> resign("this head is closing"));
        try {
            resigned.get(Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("still waiting for ZooKeeper while closing");
        } catch (ExecutionException e) {
            LOG.error("leadership did not end in good order", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.shutdownNow();
        closeSession();
    }

    /** Curator waits for a server that does not answer for as long as a session lasts; a closing head does not. */
    private void closeSession() {
        Thread closing = new NamedThreads("head-zookeeper-close").newThread(session::close);
        closing.start();
        try {
            closing.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
