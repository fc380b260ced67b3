package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.CommitResult;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.zookeeper.ReadAhead.Kept;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** The records, by the right of one epoch. */
final class ZooKeeperClusterStore implements ClusterStore {
    /**
     * The caller is the one thread that also answers drivers and agents: what is in doubt it may as well read again when
     * there is a connection.
     */
    private static final Duration RECONNECTING = Duration.ofSeconds(1);

    private static final String COMMIT = "confirm a commit";
    private static final String PROVE = "prove that this head leads";

    private final BlockingCalls calls;
    private final StorePaths paths;
    private final Term term;
    private final Duration timeout;
    private final Runnable onFenced;
    private Optional<Kept> readAhead;
    private volatile Optional<String> fenced = Optional.empty();

    /**
     * A leadership.
     *
     * @param epochVersion of the znode that counts the epochs; it changes when another head takes over
     */
    record Term(String cluster, long epoch, int epochVersion) {}

    /**
     * @param onFenced called, on the thread that finds out, when ZooKeeper says that another epoch has begun
     * @param readAhead the records as they were before this leadership, as far as they are known
     */
    ZooKeeperClusterStore(
            BlockingCalls calls,
            StorePaths paths,
            Term term,
            Duration timeout,
            Runnable onFenced,
            Optional<Kept> readAhead) {
        this.calls = calls;
        this.paths = paths;
        this.term = term;
        this.timeout = timeout;
        this.onFenced = onFenced;
        this.readAhead = readAhead;
    }

    @Override
    public long epoch() {
        return term.epoch();
    }

    @Override
    public String cluster() {
        return term.cluster();
    }

    @Override
    public String name() {
        return calls.storeName();
    }

    Term term() {
        return term;
    }

    int epochVersion() {
        return term.epochVersion();
    }

    /** Every call from now on fails. */
    void fence(String why) {
        fenced = Optional.of(why);
    }

    @Override
    public StoredState load() {
        requireNotFenced();
        // Whoever loads tries again with each step.
        Deadline deadline = deadline().reconnecting(Duration.ZERO);
        new LaterParents(calls, paths).make(term.epochVersion(), deadline);
        // Once, as what is committed later is not in it.
        Optional<Kept> kept = readAhead;
        readAhead = Optional.empty();
        StoredState state = kept.filter(last -> last.isOf(ReadAhead.mark(calls, paths, deadline)))
                .map(Kept::state)
                .orElseGet(() -> new StateLoader(calls, paths, deadline).load());
        requireEpoch(deadline);
        return state;
    }

    /** A write, although it changes nothing: a read may be answered by a server that the others have left behind. */
    @Override
    public void prove() {
        requireNotFenced();
        Deadline deadline = deadline();
        List<Op> check = List.of(Op.check(paths.epoch(), term.epochVersion()));
        Answer answer = calls.once(check, deadline, PROVE);
        while (answer.isLost()) {
            calls.pause(deadline, PROVE);
            requireNotFenced();
            answer = calls.once(check, deadline, PROVE);
        }
        if (!answer.isOk()) {
            throw epochRefused(answer.code());
        }
    }

    @Override
    public CommitResult commit(List<Change> changes) {
        if (changes.isEmpty()) {
            return new CommitResult(java.util.Map.of());
        }
        Transaction transaction = Transaction.of(paths, term.epochVersion(), changes);
        Deadline deadline = deadline();
        requireNotFenced();
        Answer answer = calls.once(transaction.operations(), deadline, COMMIT);
        while (answer.isLost()) {
            calls.pause(deadline, COMMIT);
            Optional<CommitResult> made = findOut(transaction, deadline);
            if (made.isPresent()) {
                return made.get();
            }
            // Should the lost one still arrive, the expected versions let only one of the two through.
            answer = calls.once(transaction.operations(), deadline, COMMIT);
            if (!answer.isOk() && !answer.isLost()) {
                return findOut(transaction, deadline).orElseThrow(refused(transaction, answer));
            }
        }
        if (!answer.isOk()) {
            throw refused(transaction, answer).get();
        }
        return transaction.result(answer.results());
    }

    private Deadline deadline() {
        return calls.deadline(timeout).reconnecting(RECONNECTING);
    }

    private Optional<CommitResult> findOut(Transaction transaction, Deadline deadline) {
        requireNotFenced();
        calls.sync(paths.root(), deadline, COMMIT);
        requireEpoch(deadline);
        return transaction.outcome(calls.read(transaction.reads(), deadline, COMMIT));
    }

    private java.util.function.Supplier<OrreryException> refused(Transaction transaction, Answer answer) {
        return () -> {
            int index = answer.refusedIndex();
            if (index == 0) {
                return epochRefused(answer.errorAt(0));
            }
            Code code = index < 0 ? answer.code() : answer.errorAt(index);
            return OrreryException.of(
                    ErrorCode.INTERNAL,
                    "nothing of a commit was made: ZooKeeper says %s of %s, which somebody else changed"
                            .formatted(code, transaction.about(index)));
        };
    }

    private void requireEpoch(Deadline deadline) {
        OpResult read = calls.read(List.of(Op.getData(paths.epoch())), deadline, "read the epoch")
                .get(0);
        if (!(read instanceof OpResult.GetDataResult data)) {
            throw epochRefused(Code.NONODE);
        }
        if (data.getStat().getVersion() != term.epochVersion()) {
            throw epochRefused(Code.BADVERSION);
        }
    }

    /** That the epoch's znode is gone ends no leadership: its holder may be all that knows the cluster. */
    private OrreryException epochRefused(Code code) {
        return code == Code.NONODE
                ? OrreryException.of(
                        ErrorCode.STORE_LOST,
                        "store lost: " + calls.storeName() + " holds no " + paths.epoch() + " any more")
                : fencedByOther("the epoch's znode changed");
    }

    private OrreryException fencedByOther(String why) {
        fence(why);
        onFenced.run();
        return fencedError(why);
    }

    private void requireNotFenced() {
        fenced.ifPresent(why -> {
            throw fencedError(why);
        });
    }

    private OrreryException fencedError(String why) {
        return OrreryException.of(ErrorCode.FENCED, "epoch " + term.epoch() + " is over: " + why);
    }
}
