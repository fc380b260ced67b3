package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.ActorRef;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every process of the cluster ends at once; what was deployed returns as its parts do, in whatever order. */
class PowerLossIT extends ClusterScenario {
    private PipelineRef pipeline;
    private ActorRef<Counter> counter;
    private long life = 1;

    @Override
    Pattern expectedErrors() {
        // A head that is started before its ZooKeeper says so.
        return Pattern.compile("ZooKeeper|zookeeper");
    }

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("returning")
                .stage("first", Stages.append("a", 0), s -> s.cpus(0.1))
                .stage("last", Stages.append("b", 0), s -> s.cpus(0.1))
                .build());
        counter = orrery().actor(Counter::new, 10)
                .name("returning")
                .cpus(0.1)
                .detached()
                .restarts(10)
                .start();
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
        if (counter != null) {
            counter.kill();
        }
    }

    private void start(String part) {
        switch (part) {
            case "zookeeper" -> cluster().startZooKeeper();
            case "head" -> cluster().startHead();
            case "agents" -> List.of("node-a", "node-b").forEach(cluster()::startAgent);
            default -> throw new IllegalArgumentException(part);
        }
    }

    private boolean isBack(ClusterView view, long lives) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getName().equals("returning"))
                .anyMatch(actor ->
                        actor.getState().equals("ALIVE") && actor.getLife().getIncarnation() == lives);
    }

    @Test
    void everythingReturns() throws Exception {
        returns("agents head zookeeper");
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"zookeeper head agents", "head zookeeper agents"})
    void everythingReturnsInWhateverOrder(String order) throws Exception {
        returns(order);
    }

    private void returns(String order) throws Exception {
        assertEquals(">a>b", answer(""));
        get(counter.call(Counter::increment, 1));
        String cluster = cluster().observer().cluster(PATIENCE).getCluster();

        cluster().powerOff();
        CompletableFuture<Tensors> asked = pipeline.infer(Tensors.of("text", "x"), Duration.ofMinutes(1));
        List.of(order.split(" ", -1)).forEach(this::start);

        // Asked for while there was no power, and answered when there is again.
        try (Tensors answer = get(asked)) {
            assertEquals(List.of("x>a>b"), answer.get("text").toStrings());
        }
        awaitRunning(pipeline);
        cluster().await("the counter's next life", view -> isBack(view, life + 1), PATIENCE);
        life++;
        assertEquals(11, get(counter.call(Counter::increment, 1)), "it counts from its start again");
        assertEquals(cluster, cluster().observer().cluster(PATIENCE).getCluster());
    }

    private String answer(String text) throws Exception {
        try (Tensors answer = get(pipeline.infer(Tensors.of("text", text)))) {
            return answer.get("text").toStrings().get(0);
        }
    }
}
