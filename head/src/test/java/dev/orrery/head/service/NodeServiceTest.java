package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.UndrainNodeRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NodeServiceTest {
    private final Records records = new Records();

    private NodeServiceTest node(NodeState state) {
        records.apply(List.of(Write.put(
                NodeRecord.newBuilder().setNode("n1").setState(state.name()).build())));
        return this;
    }

    private Draft draft() {
        return new Draft(
                new ClusterState(1, 0, Settings.defaults(), records, new Observed(), new Memory(), null, new Ids(1)),
                0);
    }

    private NodeRecord drain(String operation) {
        Draft draft = draft();
        NodeService.drain(
                draft,
                DrainNodeRequest.newBuilder()
                        .setNode("n1")
                        .setOperation(operation)
                        .build());
        return committed(draft);
    }

    private NodeRecord undrain(String operation) {
        Draft draft = draft();
        NodeService.undrain(
                draft,
                UndrainNodeRequest.newBuilder()
                        .setNode("n1")
                        .setOperation(operation)
                        .build());
        return committed(draft);
    }

    private NodeRecord committed(Draft draft) {
        records.apply(draft.plan().writes());
        return records.node("n1").orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(NodeState.class)
    void whateverItsStateItIsDrainedAndPutBack(NodeState state) {
        NodeRecord drained = node(state).drain("a");
        assertTrue(drained.getDrain());
        NodeRecord undrained = undrain("b");
        assertFalse(undrained.getDrain());
        assertFalse(undrained.getState().startsWith("DRAIN"), undrained.getState());
    }

    @Test
    void aResentDrainDoesNotTakeBackALaterUndrain() {
        node(NodeState.ALIVE).drain("a");
        undrain("b");
        assertFalse(drain("a").getDrain());
        assertEquals("ALIVE", records.node("n1").orElseThrow().getState());
    }

    @Test
    void anUnknownNodeIsToldFromTheKnown() {
        OrreryException none = assertThrows(OrreryException.class, () -> drain("a"));
        assertEquals(ErrorCode.NOT_FOUND, none.code());
        assertEquals("no node is called 'n1'; there are no nodes [node=n1]", none.getMessage());
        node(NodeState.ALIVE);
        OrreryException unknown = assertThrows(
                OrreryException.class,
                () -> NodeService.drain(
                        draft(), DrainNodeRequest.newBuilder().setNode("n2").build()));
        assertEquals("no node is called 'n2'; nodes there are: n1 [node=n2]", unknown.getMessage());
    }
}
