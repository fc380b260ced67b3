package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.RouteEdge;
import dev.orrery.internal.proto.RouteReplica;
import dev.orrery.internal.proto.RoutingTable;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoutingTablesTest {
    private static final long EPOCH = 3;

    private final Records records = new Records();
    private final RoutingTables tables = new RoutingTables(EPOCH);

    @BeforeEach
    void aPipelineThatServes() {
        put(
                new RecordKey.PipelineKey("embed"),
                PipelineRecord.newBuilder()
                        .setSpec(TestingPipelines.embed(1, 2).toBuilder().removeStages(0))
                        .setState("RUNNING")
                        .setGatewayActor("gw")
                        .build());
        actor("gw", "", 1, "ALIVE");
        replica("back-1", "SERVING");
        replica("back-2", "SERVING");
        serve("back-1", 1, 10);
        serve("back-2", 1, 20);
        tables.refresh(records);
    }

    private void put(RecordKey key, MessageLite value) {
        records.apply(List.of(new Write(key, "embed", Optional.of(value))));
    }

    private void actor(String id, String stage, int incarnation, String state) {
        put(
                new RecordKey.ActorKey(id),
                ActorRecord.newBuilder()
                        .setActor(id)
                        .setPipeline("embed")
                        .setStage(stage)
                        .setIncarnation(incarnation)
                        .setState(state)
                        .build());
    }

    private void replica(String name, String state) {
        put(
                new RecordKey.ReplicaKey("embed", name),
                ReplicaRecord.newBuilder()
                        .setPipeline("embed")
                        .setReplica(name)
                        .setStage("back")
                        .setActor(name)
                        .setState(state)
                        .build());
    }

    private void serve(String actor, int incarnation, long world) {
        actor(actor, "back", incarnation, "ALIVE");
        world(world, WorldState.READY, life("gw", 1), life(actor, incarnation));
        world(world + 1, WorldState.READY, life(actor, incarnation), life("gw", 1));
    }

    private void world(long id, WorldState state, ActorLife from, ActorLife to) {
        put(
                new RecordKey.WorldKey(id),
                WorldRecord.newBuilder()
                        .setPipeline("embed")
                        .setState(state)
                        .setSpec(WorldSpec.newBuilder()
                                .setId(id)
                                .addMembers(WorldMember.newBuilder().setLife(from))
                                .addMembers(WorldMember.newBuilder().setLife(to)))
                        .build());
    }

    private static ActorLife life(String actor, int incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    private RoutingTable table() {
        return tables.table(records.actor("gw").orElseThrow());
    }

    private List<String> replicas() {
        return table().getReplicasList().stream().map(RouteReplica::getReplica).toList();
    }

    private List<Long> edges() {
        return table().getEdgesList().stream().map(RouteEdge::getWorld).toList();
    }

    @Test
    void listsServingReplicasAndTheirReadyEdges() {
        assertEquals(EPOCH, table().getEpoch());
        assertEquals(1, table().getVersion());
        assertEquals(List.of("back-1", "back-2"), replicas());
        assertEquals(List.of(10L, 11L, 20L, 21L), edges());
    }

    @Test
    void theVersionRisesOnlyWithTheContent() {
        tables.refresh(records);
        assertEquals(1, table().getVersion());
        world(21, WorldState.FORMING, life("back-2", 1), life("gw", 1));
        tables.refresh(records);
        assertEquals(2, table().getVersion());
        assertEquals(List.of("back-1"), replicas());
        assertEquals(List.of(10L, 11L), edges());
    }

    @Test
    void aDrainingReplicaLeavesWithAVersionThatTheGatewayHasToReach() {
        ActorLife leaving = life("back-2", 1);
        assertFalse(tables.routesAround("embed", leaving, EPOCH, 1));
        replica("back-2", "DRAINING");
        tables.refresh(records);
        assertEquals(List.of("back-1"), replicas());
        assertFalse(tables.routesAround("embed", leaving, EPOCH, 1));
        assertTrue(tables.routesAround("embed", leaving, EPOCH, 2));
        assertFalse(tables.routesAround("embed", leaving, EPOCH - 1, 99), "an earlier leader's table");
        replica("back-1", "ATTACHING");
        actor("back-1", "back", 1, "STARTING");
        tables.refresh(records);
        assertEquals(3, table().getVersion());
        assertTrue(tables.routesAround("embed", leaving, EPOCH, 2), "later changes do not raise the bar");
    }

    @Test
    void aNewLeadersFirstTableIsEnoughForWhatItNeverListed() {
        RoutingTables next = new RoutingTables(EPOCH + 1);
        replica("back-2", "DRAINING");
        next.refresh(records);
        assertFalse(next.routesAround("embed", life("back-2", 1), EPOCH, 2));
        assertTrue(next.routesAround("embed", life("back-2", 1), EPOCH + 1, 1));
    }
}
