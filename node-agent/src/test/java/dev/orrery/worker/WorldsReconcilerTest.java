package dev.orrery.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.worker.WorldsReconciler.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorldsReconcilerTest {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife PEER = TestingWorlds.life("peer");
    private static final WorldSpec ONE = TestingWorlds.edge(1, PEER, ME);
    private static final WorldSpec TWO = TestingWorlds.edge(2, ME, PEER);

    private final List<String> events = new ArrayList<>();
    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager peer = network.manager((world, state, cause) -> {});
    private final WorldsReconciler reconciler = new WorldsReconciler(
            network.manager((world, state, cause) -> this.told(world, state, cause)), ME, Runnable::run, listener());

    private void told(long world, WorldState state, Optional<Failure> cause) {
        reconciler.onState(world, state, cause);
    }

    private WorldsReconciler.Listener listener() {
        return new WorldsReconciler.Listener() {
            @Override
            public void onReady(World world) {
                events.add("ready " + world.id());
            }

            @Override
            public void onEnded(long world, WorldState state, Optional<Failure> cause) {
                events.add(state + " " + world
                        + cause.map(why -> " " + why.message()).orElse(""));
            }

            @Override
            public void onChanged() {}
        };
    }

    private List<String> states() {
        return reconciler.reports().stream()
                .map(report -> report.getWorld() + " " + report.getState())
                .toList();
    }

    @Test
    void thePlanIsTheDifference() {
        assertEquals(new Plan(List.of(TWO), List.of(3L)), Plan.of(Set.of(1L, 3L), List.of(ONE, TWO)));
        assertEquals(new Plan(List.of(), List.of()), Plan.of(Set.of(1L), List.of(ONE)));
    }

    @Test
    void joinsReportsAndLeaves() {
        reconciler.desire(List.of(ONE, TWO));
        assertEquals(List.of("1 FORMING", "2 FORMING"), states());
        peer.join(ONE, PEER);
        assertEquals(List.of("1 READY", "2 FORMING"), states());
        assertEquals(1, reconciler.ready());
        reconciler.desire(List.of(TWO));
        assertEquals(List.of("2 FORMING"), states());
        assertEquals(List.of("ready 1", "CLOSED 1"), events);
    }

    @Test
    void reportsWhatCarriesAReadyWorld() {
        reconciler.desire(List.of(ONE));
        assertEquals(List.of(), reconciler.reports().get(0).getTransportsList());
        peer.join(ONE, PEER);
        assertEquals(List.of("TCP"), reconciler.reports().get(0).getTransportsList());
    }

    @Test
    void aBrokenWorldIsReportedWithItsCauseUntilItIsNotDesired() {
        reconciler.desire(List.of(ONE));
        peer.join(ONE, PEER);
        network.breakWorld(1, "peer died");
        reconciler.desire(List.of(ONE));
        WorldReport report = reconciler.reports().get(0);
        assertEquals(WorldState.BROKEN, report.getState());
        assertEquals("peer died", report.getCause().getMessage());
        assertEquals(List.of("ready 1", "BROKEN 1 peer died"), events);
        reconciler.desire(List.of());
        assertEquals(List.of(), reconciler.reports());
        assertEquals(2, events.size());
    }

    @Test
    void aWorldThatAPeerLeavesIsClosed() {
        reconciler.desire(List.of(ONE));
        peer.join(ONE, PEER);
        peer.leave(1);
        assertEquals(List.of("1 CLOSED"), states());
    }

    @Test
    void aWorldThatBreaksWhileItFormsIsBroken() {
        reconciler.desire(List.of(ONE));
        network.breakWorld(1, "waited for peer");
        assertEquals(List.of("1 BROKEN"), states());
        assertEquals("waited for peer", reconciler.reports().get(0).getCause().getMessage());
    }
}
