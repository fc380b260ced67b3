package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.reconcile.TestingTold;
import dev.orrery.head.reconcile.Write;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.WorldSpec;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What drivers may ask about worlds of plain actors. */
class WorldServiceTest {
    private final Records records = new Records();
    private final WorldService worlds = new WorldService();
    private final Ids ids = new Ids(7);

    private <R> R commit(Function<Draft, R> change) {
        Draft draft = new Draft(
                new ClusterState(
                        7, 0, Settings.defaults(), records, new Observed(), new Memory(), new TestingTold(), ids),
                0);
        R answer = change.apply(draft);
        records.apply(draft.plan().writes());
        return answer;
    }

    private String actor(String name, String state) {
        String id = "7-" + name;
        records.apply(List.of(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(name)
                .setSpec(PlainActorSpec.newBuilder().setName(name))
                .setState(state)
                .setIncarnation(1)
                .setNode("n1")
                .setDataAddress(HostPort.newBuilder().setHost("h").setPort(1))
                .build())));
        return id;
    }

    private String alive(String name) {
        return actor(name, "ALIVE");
    }

    private long form(String operation, String name, String... members) {
        return commit(draft -> worlds.form(
                        draft,
                        FormWorldRequest.newBuilder()
                                .setOperation(operation)
                                .setName(name)
                                .addAllActors(List.of(members))
                                .build()))
                .getWorld();
    }

    private static OrreryException refused(ErrorCode code, Runnable call) {
        OrreryException refused = assertThrows(OrreryException.class, call::run);
        assertEquals(code, refused.code(), refused.getMessage());
        return refused;
    }

    @Test
    void aWorldIsFormedOfLivesInTheirOrder() {
        String a = alive("a");
        String b = alive("b");
        long world = form("op-w", "ring", b, a);
        WorldSpec spec = records.world(world).orElseThrow().getSpec();
        assertEquals(
                List.of("b", "a"),
                spec.getMembersList().stream().map(m -> m.getLabel()).toList());
        assertEquals(
                List.of(0, 1),
                spec.getMembersList().stream().map(m -> m.getRank()).toList());
        assertEquals(Backend.HOST, spec.getBackend());
        assertEquals("ring", spec.getName());
        assertEquals(world, form("op-w", "ring", b, a), "sent again");
        assertEquals(1, records.worlds().size());
    }

    @Test
    void aNameOfAWorldIsTakenWhereAMemberHasIt() {
        String a = alive("a");
        String b = alive("b");
        String c = alive("c");
        long ring = form("op-1", "ring", a, b);
        refused(ErrorCode.ALREADY_EXISTS, () -> form("op-2", "ring", b, c));
        form("op-3", "ring", c);
        form("op-4", "other", a, b);
        commit(draft -> worlds.close(
                draft, CloseWorldRequest.newBuilder().setWorld(ring).build()));
        assertTrue(records.world(ring).isEmpty());
        commit(draft -> worlds.close(
                draft, CloseWorldRequest.newBuilder().setWorld(ring).build()));
        form("op-5", "ring", a, b);
    }

    @Test
    void onlyWhatIsAliveCanBeAMember() {
        String a = alive("a");
        String starting = actor("starting", "STARTING");
        refused(ErrorCode.UNAVAILABLE, () -> form("op-w", "ring", a, starting));
        records.apply(List.of(Write.put(
                records.actor(a).orElseThrow().toBuilder().setState("DEAD").build())));
        refused(ErrorCode.ACTOR_DEAD, () -> form("op-w", "ring", a));
        refused(ErrorCode.NOT_FOUND, () -> form("op-w", "ring", "7-99"));
        refused(ErrorCode.INVALID_ARGUMENT, () -> form("op-w", "ring"));
        OrreryException twice = refused(ErrorCode.INVALID_ARGUMENT, () -> form("op-w", "ring", a, starting, a));
        assertTrue(twice.getMessage().contains("actor 'a' (" + a + ") is named more than once"), twice.getMessage());
        refused(ErrorCode.INVALID_ARGUMENT, () -> form("op-w", "a ring", a));
        assertTrue(records.worlds().isEmpty());
    }

    @Test
    void anActorOfAPipelineIsNoMember() {
        records.apply(List.of(
                Write.put(PipelineRecord.getDefaultInstance()),
                Write.put(ActorRecord.newBuilder()
                        .setActor("7-50")
                        .setState("ALIVE")
                        .setPipeline("embed")
                        .build())));
        refused(ErrorCode.INVALID_ARGUMENT, () -> form("op-w", "ring", "7-50"));
    }
}
