package dev.orrery.examples.chaos.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.GatewayView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ReplicaView;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.proto.WorldView;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DesiredStateTest {
    private static final int WORLDS = 16;

    private final DesiredState desired = new DesiredState(List.of("node-1"), List.of("counter-1"));

    private static ClusterView.Builder whole() {
        ClusterView.Builder view = ClusterView.newBuilder()
                .addNodes(NodeView.newBuilder().setName("node-1").setState("ALIVE"))
                .addActors(actor("counter-1", "ALIVE", 77))
                .addPipelines(pipeline("alpha"))
                .addPipelines(pipeline("beta"));
        for (int i = 0; i < WORLDS; i++) {
            view.addWorlds(WorldView.newBuilder().setId(i).setState("READY"));
        }
        return view;
    }

    private static ActorView.Builder actor(String name, String state, long pid) {
        return ActorView.newBuilder()
                .setName(name)
                .setLabel(name)
                .setState(state)
                .setPid(pid);
    }

    private static PipelineView.Builder pipeline(String name) {
        StageView stage = StageView.newBuilder()
                .setName("first")
                .setWanted(2)
                .setServing(2)
                .addReplicas(ReplicaView.getDefaultInstance())
                .addReplicas(ReplicaView.getDefaultInstance())
                .build();
        return PipelineView.newBuilder()
                .setName(name)
                .setState("RUNNING")
                .addGateways(GatewayView.newBuilder().setState("ALIVE"))
                .addStages(stage);
    }

    private void expect(String missing, Consumer<ClusterView.Builder> change) {
        ClusterView.Builder view = whole();
        change.accept(view);
        assertEquals(List.of(missing), desired.missing(view.build()));
    }

    @Test
    void nothingIsMissing() {
        assertEquals(List.of(), desired.missing(whole().build()));
    }

    @Test
    void aNodeIsSuspectOrUnknown() {
        expect("node-1 is SUSPECT", view -> view.getNodesBuilder(0).setState("SUSPECT"));
        expect("node-1 is unknown", ClusterView.Builder::clearNodes);
    }

    @Test
    void aCounterIsDeadOrThereTwice() {
        expect("counter-1 is alive 0 times", view -> view.setActors(0, actor("counter-1", "DEAD", 0)));
        expect("counter-1 is alive 2 times", view -> view.addActors(actor("counter-1", "ALIVE", 78)));
    }

    @Test
    void aDeadActorStillHasAProcess() {
        expect("actor old is DEAD", view -> view.addActors(actor("old", "DEAD", 79)));
    }

    @Test
    void anActorIsAliveWithoutAProcess() {
        expect("actor replica is ALIVE", view -> view.addActors(actor("replica", "ALIVE", 0)));
    }

    @Test
    void aPipelineRecoversOrLacksAReplica() {
        expect("beta is RECOVERING", view -> view.getPipelinesBuilder(1).setState("RECOVERING"));
        expect("alpha has no gateway", view -> view.getPipelinesBuilder(0).clearGateways());
        expect(
                "alpha/first serves with 1 of 2, wanted 2",
                view -> view.getPipelinesBuilder(0).getStagesBuilder(0).setServing(1));
        expect(
                "alpha/first serves with 2 of 3, wanted 2",
                view -> view.getPipelinesBuilder(0).getStagesBuilder(0).addReplicas(ReplicaView.getDefaultInstance()));
    }

    @Test
    void aWorldIsTooMany() {
        expect(
                "17 worlds are READY, not 16",
                view -> view.addWorlds(WorldView.newBuilder().setId(99).setState("READY")));
        expect(
                "worlds are [BROKEN]",
                view -> view.addWorlds(WorldView.newBuilder().setId(99).setState("BROKEN")));
    }
}
