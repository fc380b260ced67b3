package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.ActorRef;
import dev.orrery.WorldRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.WorldView;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an agent is told of worlds, its workers do: two on one host, which would share memory, talk over TCP. */
class ForcedTransportIT extends ClusterScenario {
    @Override
    LocalClusterOptions.Builder options() {
        return super.options().agent("worlds.transport", "tcp");
    }

    private ActorRef<Talker> start(String name) {
        return orrery().actor(Talker::new).name(name).cpus(0.1).start();
    }

    @Test
    void whatTheAgentIsToldToUseCarriesTheMessages() throws Exception {
        ActorRef<Talker> a = start("a");
        ActorRef<Talker> b = start("b");
        try (WorldRef pair = orrery().world("pair").members(a, b).form()) {
            CompletableFuture<String> heard = b.call(Talker::hear, "pair", 0);
            a.call(Talker::say, "pair", 1, "hello").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertEquals("hello", heard.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            WorldView view = cluster()
                    .await(
                            "what carries " + pair.name(),
                            now -> now.getWorldsList().stream().anyMatch(world -> world.getTransportsCount() == 2),
                            PATIENCE)
                    .getWorlds(0);
            view.getTransportsList()
                    .forEach(member -> assertEquals(List.of("TCP"), member.getTransportsList(), view::toString));
        }
        a.kill();
        b.kill();
    }
}
