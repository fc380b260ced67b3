package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.proto.WorldState;
import java.util.List;

/** Whether all is as wanted, at every place that knows of it. */
final class TestingConvergence {
    private final TestingCluster cluster;

    private TestingConvergence(TestingCluster cluster) {
        this.cluster = cluster;
    }

    /** @param pipelines all that there are */
    static void check(TestingCluster cluster, List<String> pipelines) {
        new TestingConvergence(cluster).check(pipelines);
    }

    private void check(List<String> pipelines) {
        int workers = 0;
        int edges = 0;
        for (String name : pipelines) {
            PipelineView view = cluster.pipeline(name);
            assertEquals("RUNNING", view.getState(), view::toString);
            workers++;
            int upstream = 1;
            for (StageView stage : view.getStagesList()) {
                assertEquals(stage.getWanted(), stage.getServing(), stage::toString);
                assertEquals(stage.getWanted(), stage.getReplicasCount(), stage::toString);
                workers += stage.getWanted();
                edges += upstream * stage.getWanted();
                upstream = stage.getWanted();
            }
            edges += upstream;
            assertRouting(view);
        }
        assertEquals(workers, cluster.running().size(), () -> cluster.describe().toString());
        assertWorlds(edges);
    }

    private void assertRouting(PipelineView view) {
        TestingWorker gateway = cluster.worker(view.getGateways(0).getLife()).orElseThrow();
        int replicas =
                view.getStagesList().stream().mapToInt(StageView::getWanted).sum();
        assertEquals(replicas, gateway.routing.getReplicasCount());
        long worlds = cluster.store.records().values().stream()
                .filter(record -> record instanceof WorldRecord world
                        && world.getPipeline().equals(view.getName()))
                .count();
        assertEquals(worlds, gateway.routing.getEdgesCount());
    }

    private void assertWorlds(int edges) {
        List<WorldRecord> worlds = cluster.store.records().entrySet().stream()
                .filter(record -> record.getKey() instanceof RecordKey.WorldKey)
                .map(record -> (WorldRecord) record.getValue())
                .toList();
        assertEquals(edges, worlds.size());
        worlds.forEach(world -> assertEquals(WorldState.READY, world.getState()));
        int ends = 0;
        for (TestingWorker worker : cluster.running()) {
            worker.worlds.forEach((id, state) -> assertEquals(WorldState.READY, state));
            ends += worker.worlds.size();
        }
        assertEquals(2 * edges, ends, "ends of worlds in workers");
    }
}
