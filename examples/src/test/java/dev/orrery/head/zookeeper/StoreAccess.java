package dev.orrery.head.zookeeper;

import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.zookeeper.ZooKeeperClusterStore.Term;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** A head's way to its store, over calls that a test answers. */
public abstract class StoreAccess implements ZooKeeperCalls {
    /** What a call comes to. */
    public record Reply(Code code, List<OpResult> results) {}

    protected abstract Reply answer(List<Op> operations);

    /** Wins an epoch, if it can, and with it the right to write. */
    public final Optional<ClusterStore> raise(String cluster, HeadSelf self, String latch, NanoClock clock) {
        BlockingCalls calls = new BlockingCalls(this, clock);
        StorePaths paths = new StorePaths(cluster);
        Duration timeout = Duration.ofSeconds(5);
        Optional<Term> term = new Epochs(calls, paths).raise(cluster, self, latch, calls.deadline(timeout));
        return term.map(won -> new ZooKeeperClusterStore(calls, paths, won, timeout, () -> {}, Optional.empty()));
    }

    /** Znodes that hold none of the records, and are there from the beginning. */
    public static Set<String> beside(String cluster) {
        return new StorePaths(cluster)
                .laterParents().stream().flatMap(List::stream).collect(Collectors.toUnmodifiableSet());
    }

    /** Where a candidate's znode lies. */
    public static String latch(String cluster, String candidate) {
        return new StorePaths(cluster).latch() + "/" + candidate;
    }

    public static String epochPath(String cluster) {
        return new StorePaths(cluster).epoch();
    }

    public static String path(String cluster, dev.orrery.head.store.RecordKey key) {
        return new StorePaths(cluster).path(key);
    }

    @Override
    public final CompletableFuture<Answer> multi(List<Op> operations) {
        Reply reply = answer(operations);
        return CompletableFuture.completedFuture(new Answer(reply.code(), reply.results()));
    }

    @Override
    public final CompletableFuture<Code> sync(String path) {
        return CompletableFuture.completedFuture(Code.OK);
    }

    @Override
    public final boolean awaitConnected(long nanos) {
        return true;
    }

    @Override
    public final void pause(Duration time) {}

    @Override
    public final String address() {
        return "model";
    }
}
