package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.StageView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node is emptied under load, and used again. */
class NodeDrainIT extends ClusterScenario {
    private final List<String> tooFew = new ArrayList<>();

    @Test
    void aNodeIsEmptiedWithoutARequestThatFailsAndUsedAgain() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("moving")
                .stage("first", Stages.append("a", 1), s -> s.cpus(0.1).replicas(2, 4))
                .stage("last", Stages.append("b", 1), s -> s.cpus(0.1).replicas(2, 4))
                .build());
        String drained = view(pipeline).getGateways(0).getNode();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            long begin = System.nanoTime();
            cluster().observer().drain(drained, PATIENCE);
            cluster().await(drained + " to be DRAINED", view -> isDrained(view, drained), PATIENCE);
            System.out.printf("drained in %d ms%n", (System.nanoTime() - begin) / 1_000_000);
            awaitRunning(pipeline);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(List.of(), tooFew, "stages with too few SERVING before the gateway moved");
        NodeView empty = node(cluster().observer().cluster(PATIENCE), drained);
        assertEquals(0, empty.getWorkers());
        assertTrue(cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .noneMatch(actor -> actor.getNode().equals(drained)));

        cluster().observer().undrain(drained, PATIENCE);
        cluster()
                .await(
                        drained + " to be ALIVE",
                        view -> node(view, drained).getState().equals("ALIVE"),
                        PATIENCE);
        pipeline.scale("last", 3);
        assertEquals(1, node(cluster().observer().cluster(PATIENCE), drained).getWorkers(), "it is used again");
        pipeline.undeploy();
    }

    private boolean isDrained(ClusterView view, String node) {
        PipelineView pipeline = view.getPipelines(0);
        if (pipeline.getGateways(0).getLife().getIncarnation() == 1) {
            for (StageView stage : pipeline.getStagesList()) {
                if (stage.getServing() < stage.getWanted()) {
                    tooFew.add(stage.toString());
                }
            }
        }
        return node(view, node).getState().equals("DRAINED");
    }

    private static NodeView node(ClusterView view, String name) {
        return view.getNodesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anUnknownNodeIsToldFromTheKnown() {
        OrreryException unknown =
                assertThrows(OrreryException.class, () -> cluster().observer().drain("node-x", PATIENCE));
        assertEquals(ErrorCode.NOT_FOUND, unknown.code());
        assertTrue(
                unknown.getMessage().contains("no node is called 'node-x'; nodes there are: node-a, node-b"),
                unknown.getMessage());
    }
}
