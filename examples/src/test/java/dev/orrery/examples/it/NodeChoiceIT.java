package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorBuilder;
import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.ReplicaView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two nodes that differ: actors, tasks and replicas go where what they need is, wait for it, or say that nobody has it. */
class NodeChoiceIT extends ClusterScenario {
    private static final long GIB = 1L << 30;

    private final List<ActorRef<Counter>> started = new ArrayList<>();

    @Override
    LocalClusterOptions.Builder options() {
        return super.options()
                .nodes("node-a", "node-b")
                .agent("agent.memory", "2GiB")
                .agent("node-a", "agent.labels", "zone=a,disk=ssd")
                .agent("node-b", "agent.labels", "zone=b")
                .agent("node-b", "agent.memory", "8GiB")
                .agent("node-b", "agent.resources", "license=1,tpu=0.5");
    }

    private ActorBuilder<Counter> counter() {
        return orrery().actor(Counter::new, 0).cpus(0.1);
    }

    private ActorRef<Counter> start(ActorBuilder<Counter> builder) {
        ActorRef<Counter> actor = builder.start(PATIENCE);
        started.add(actor);
        return actor;
    }

    private String nodeOf(ActorRef<Counter> actor) {
        return cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .filter(view -> view.getLife().getActor().equals(actor.id()))
                .map(ActorView::getNode)
                .findFirst()
                .orElse("");
    }

    private NodeView node(String name) {
        return cluster().observer().cluster(PATIENCE).getNodesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void nothingTakesRoom() {
        started.forEach(ActorRef::kill);
        started.clear();
        cluster().await("nothing to run", NodeChoiceIT::nothingRuns, PATIENCE);
    }

    private static boolean nothingRuns(ClusterView view) {
        return view.getActorsList().stream().allMatch(actor -> actor.getState().equals("DEAD"));
    }

    @Test
    void nodesTellWhatTheyHaveAndWhatIsTaken() {
        assertEquals(Map.of("zone", "a", "disk", "ssd"), node("node-a").getLabelsMap());
        assertEquals(2 * GIB, node("node-a").getTotal().getMemoryBytes());
        assertEquals(8 * GIB, node("node-b").getTotal().getMemoryBytes());
        assertEquals(
                Map.of("license", 1_000L, "tpu", 500L),
                node("node-b").getTotal().getMilliNamedMap());
        assertEquals("node-b", nodeOf(start(counter().memory(3 * GIB).resource("tpu", 0.25))));
        assertEquals(3 * GIB, node("node-b").getUsed().getMemoryBytes());
        assertEquals(Map.of("tpu", 250L), node("node-b").getUsed().getMilliNamedMap());
        assertEquals(0, node("node-a").getUsed().getMemoryBytes());
    }

    @Test
    void actorsGoWhereTheirLabelsAreOrToTheNodeThatTheyName() {
        for (int i = 0; i < 3; i++) {
            assertEquals("node-a", nodeOf(start(counter().label("zone", "a").label("disk", "ssd"))));
        }
        assertEquals("node-a", nodeOf(start(counter().onNode("node-a"))), "it has the most, but is asked for");
    }

    @Test
    @Tag("full")
    void packedActorsGoTogetherAndSpreadOnesApart() {
        Set<String> together = new TreeSet<>();
        for (int i = 0; i < 4; i++) {
            together.add(nodeOf(start(counter().cpus(1).pack())));
        }
        assertEquals(1, together.size(), together::toString);
        String other = nodeOf(start(counter().cpus(3).spread()));
        assertTrue(!together.contains(other), other);
        assertEquals(other, nodeOf(start(counter().spread())), "3 CPUs are taken there, 4 on the other");
    }

    @Test
    void aTaskWaitsForAResourceAndSaysSo() {
        ActorRef<Counter> holder = start(counter().resource("license", 1));
        ObjectRef<Chores.Report> task = orrery().task(Chores::report)
                .resource("license", 1)
                .timeout(Duration.ofMinutes(2))
                .submit();
        DeadlineExceededException waits =
                assertThrows(DeadlineExceededException.class, () -> task.get(Duration.ofSeconds(4)));
        assertTrue(waits.getMessage().contains("needs 1 cpus, 0 gpus, 1 license; free: node-a "), waits::getMessage);
        assertTrue(waits.getMessage().contains(" 0 license"), waits::getMessage);
        holder.kill();
        long pid = task.get(PATIENCE).pid();
        List<String> nodes = cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .filter(actor -> actor.getPid() == pid)
                .map(ActorView::getNode)
                .toList();
        assertEquals(List.of("node-b"), nodes);
    }

    @Test
    @Tag("full")
    void whatNoNodeHasFitsNowhereAndIsNamed() {
        refused("no node has label zone=c", counter().label("zone", "c"));
        refused(
                "no node has label disk=ssd and label zone=b at once",
                counter().label("zone", "b").label("disk", "ssd"));
        refused("there is no node node-c", counter().onNode("node-c"));
        refused("no node has more memory than node-b: 8 GiB in all", counter().memory(9 * GIB));
        DoesNotFitException task = assertThrows(DoesNotFitException.class, () -> orrery().task(Chores::add, 1, 2)
                .resource("license", 2)
                .submit()
                .get(PATIENCE));
        assertTrue(task.getMessage().contains("no node has more license than node-b: 1 in all"), task::getMessage);
    }

    private void refused(String why, ActorBuilder<Counter> builder) {
        DoesNotFitException refused = assertThrows(DoesNotFitException.class, () -> start(builder));
        assertTrue(refused.getMessage().contains(why), refused::getMessage);
    }

    @Test
    void replicasGoWhereTheirStageSays() {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("chosen")
                .stage("first", Stages.append("a", 1), s -> s.cpus(0.1)
                        .replicas(2)
                        .label("zone", "b"))
                .stage("last", Stages.append("b", 1), s -> s.cpus(0.1).onNode("node-a"))
                .build());
        List<String> nodes = view(pipeline).getStagesList().stream()
                .flatMap(stage -> stage.getReplicasList().stream())
                .map(ReplicaView::getNode)
                .toList();
        assertEquals(List.of("node-b", "node-b", "node-a"), nodes);
        pipeline.undeploy();
    }
}
