package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.internal.proto.ClusterView;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** ZooKeeper comes back with nothing. */
@Tag("full")
class StoreLostIT extends ClusterScenario {
    @Override
    Pattern expectedErrors() {
        return Pattern.compile("store lost|cannot stand for election|cannot take over");
    }

    @Test
    void theLeaderWritesItsClusterBackAndPipelinesDoNotNotice() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("steady")
                .stage("first", Stages.append("a", 1), s -> s.cpus(0.1).replicas(2, 4))
                .stage("last", Stages.append("b", 1), s -> s.cpus(0.1).replicas(2, 4))
                .build());
        Map<String, Long> workers = workerPids();
        Set<Long> worlds = worldIds();
        ClusterView before = cluster().observer().cluster(PATIENCE);
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            long begin = System.nanoTime();
            cluster().wipeZooKeeper();
            ClusterView after = cluster()
                    .await(
                            "a leader in an epoch beyond all others, and everything as before",
                            view -> view.getEpoch() > before.getEpoch() + 1 && isWhole(view),
                            PATIENCE);
            System.out.printf("led again after %d ms%n", (System.nanoTime() - begin) / 1_000_000);
            assertEquals(before.getCluster(), after.getCluster());
            awaitRunning(pipeline);
            assertEquals(workers, workerPids());
            assertEquals(worlds, worldIds());
            pipeline.scale("last", 3);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(0, gateway(pipeline).getReplayed(), "nothing was broken");
        pipeline.undeploy();
    }

    private static boolean isWhole(ClusterView view) {
        return view.getNodesCount() == 2
                && view.getNodesList().stream().allMatch(node -> node.getState().equals("ALIVE"))
                && view.getActorsCount() == 5
                && view.getActorsList().stream().allMatch(actor -> actor.getPid() > 0);
    }
}
