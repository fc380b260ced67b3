package dev.orrery.examples.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.orrery.examples.model.Explorer.Result;
import dev.orrery.examples.model.StoreState.Znode;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.zookeeper.StoreAccess;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.PlainActorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.LoggerFactory;

/** Explores clusters of actors that are restarted whatever ends them. */
public final class Scenarios {
    /** Far more than there are; beyond it memory would not do. */
    private static final int MAX_STATES = 6_000_000;

    private static final int HOUR_MILLIS = 3_600_000;
    private static final int MANY = 100;

    private Scenarios() {}

    /** Prints what was found. */
    public static Result explore(Bounds bounds, Guards guards, int threads) {
        Cluster cluster = new Cluster(bounds, guards, beginning(bounds.actors()));
        Result result = new Explorer(cluster, MAX_STATES, threads).explore();
        System.out.printf("%s:%n    %s; of its parts: %s%n", bounds, result, cluster.sizes());
        result.violation().ifPresent(violation -> System.out.println("    " + guards + ":\n" + violation));
        return result;
    }

    /** Visits all states of each, two at a time where each explorer uses one core, and fails if one of them is wrong. */
    public static void expectNoneWrong(List<Callable<Result>> explorations)
            throws InterruptedException, ExecutionException {
        ExecutorService cores = Executors.newFixedThreadPool(2, new NamedThreads("explorer"));
        try {
            List<Future<Result>> results =
                    explorations.stream().map(cores::submit).toList();
            for (Future<Result> result : results) {
                expectNoneWrong(result.get());
            }
        } finally {
            cores.shutdownNow();
        }
    }

    /** Fails if a state is wrong, or if not all were visited. */
    static void expectNoneWrong(Result result) {
        assertEquals(Optional.empty(), result.violation());
        assertTrue(result.complete(), result.toString());
    }

    /** Production's log lines would be most of the time that it takes. Returns what there was before. */
    public static Level quiet(Level level) {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.orrery");
        Level before = logger.getLevel();
        logger.setLevel(level);
        return before;
    }

    private static StoreState beginning(int actors) {
        TreeMap<String, Znode> znodes = new TreeMap<>();
        put(
                znodes,
                StoreAccess.epochPath(HeadSteps.CLUSTER),
                EpochRecord.getDefaultInstance().toByteArray());
        for (int i = 0; i < actors; i++) {
            String name = String.valueOf((char) ('x' + i));
            put(
                    znodes,
                    StoreAccess.path(HeadSteps.CLUSTER, new RecordKey.ActorKey(name)),
                    actor(name).toByteArray());
        }
        return new StoreState(znodes, List.of(), new TreeMap<>());
    }

    private static ActorRecord actor(String name) {
        return ActorRecord.newBuilder()
                .setActor(name)
                .setLabel(name)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setName(name)
                        .setOpenTimeoutMillis(HOUR_MILLIS)
                        .setMaxRestarts(MANY)
                        .setRestartWindowMillis(HOUR_MILLIS))
                .build();
    }

    private static void put(Map<String, Znode> znodes, String path, byte[] value) {
        znodes.put(path, new Znode(StoreRequest.text(value), 0));
    }
}
