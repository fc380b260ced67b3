package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Plan;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.reconcile.Told;
import dev.orrery.head.reconcile.Write;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.MethodReference;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What drivers may ask about plain actors. */
class ActorServiceTest {
    private final Records records = new Records();
    private final List<ArtifactRef> missing = new ArrayList<>();
    private final ActorService actors = new ActorService(
            artifacts -> artifacts.stream().filter(missing::contains).toList());
    private final JobService jobs = new JobService();
    private final Ids ids = new Ids(7);

    private <R> R commit(Function<Draft, R> change) {
        Draft draft = new Draft(
                new ClusterState(
                        7, 0, Settings.defaults(), records, new Observed(), new Memory(), new NothingTold(), ids),
                0);
        R answer = change.apply(draft);
        Plan plan = draft.plan();
        records.apply(plan.writes());
        return answer;
    }

    private record NothingTold() implements Told {
        @Override
        public boolean knows(String node, ActorLife life) {
            return false;
        }

        @Override
        public boolean dropped(String node, ActorLife life) {
            return false;
        }

        @Override
        public boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion) {
            return false;
        }
    }

    private static PlainActorSpec.Builder counter(String name) {
        return PlainActorSpec.newBuilder()
                .setName(name)
                .setFactory(ActorFunction.newBuilder()
                        .setMethod(MethodReference.newBuilder()
                                .setOwner("com.acme.Counter")
                                .setName("<init>")
                                .setSignature("()V")))
                .setClassLabel("Counter")
                .setOpenTimeoutMillis(1_000)
                .setMaxPendingCalls(10);
    }

    private String start(String operation, PlainActorSpec.Builder spec) {
        return commit(draft -> actors.start(
                        draft,
                        StartActorRequest.newBuilder()
                                .setOperation(operation)
                                .setActor(spec)
                                .build()))
                .getActor();
    }

    private ActorRecord actor(String id) {
        return records.actor(id).orElseThrow();
    }

    private String alive(String name) {
        String id = start("start " + name, counter(name));
        state(id, "ALIVE");
        return id;
    }

    private void state(String id, String state) {
        records.apply(List.of(Write.put(actor(id).toBuilder()
                .setState(state)
                .setIncarnation(1)
                .setNode("n1")
                .setDataAddress(HostPort.newBuilder().setHost("h").setPort(1))
                .build())));
    }

    private static OrreryException refused(ErrorCode code, Runnable call) {
        OrreryException refused = assertThrows(OrreryException.class, call::run);
        assertEquals(code, refused.code(), refused.getMessage());
        return refused;
    }

    @Test
    void whatManyOfMayBeOnANodeIsSmall() {
        PlainActorSpec.Builder large =
                counter("large").addArguments(Value.newBuilder().setObject(ByteString.copyFrom(new byte[5_000])));
        start("op-1", large);
        OrreryException refused = refused(
                ErrorCode.INVALID_ARGUMENT,
                () -> start("op-2", large.clone().setName("small").setShareable(true)));
        assertTrue(refused.getMessage().contains("more than 4096 of what is shareable"), refused.getMessage());
    }

    @Test
    void aStartWritesActorAndNameAndAnswersTheSameWhenItIsSentAgain() {
        String id = start("op-1", counter("counter"));
        assertEquals("PENDING", actor(id).getState());
        assertEquals("counter", actor(id).getLabel());
        assertEquals(id, records.name("default", "counter").orElseThrow().getActor());
        assertEquals(id, start("op-1", counter("counter")));
        assertEquals(1, records.actors().size());
        String unnamed = start("op-2", counter(""));
        assertEquals("Counter", actor(unnamed).getLabel());
        assertEquals(1, records.names().size());
    }

    private static Job job(String id) {
        return Job.newBuilder().setId(id).setHost("h").setPid(7).setName("Main").build();
    }

    private String startOwned(String operation, PlainActorSpec.Builder spec, Job job) {
        return commit(draft -> actors.start(
                        draft,
                        StartActorRequest.newBuilder()
                                .setOperation(operation)
                                .setActor(spec.setJob(job.getId()))
                                .setJob(job)
                                .build()))
                .getActor();
    }

    private void end(String job) {
        commit(draft -> jobs.end(draft, EndJobRequest.newBuilder().setJob(job).build()));
    }

    @Test
    void aJobIsWrittenOnceAtTheFirstThingThatItOwns() {
        startOwned("op-1", counter("free").setDetached(true), job("j1"));
        assertTrue(records.jobs().isEmpty(), "a detached actor is not owned");
        startOwned("op-2", counter("a"), job("j1"));
        assertEquals(
                List.of(job("j1")),
                records.jobs().stream().map(JobRecord::getJob).toList());
        JobRecord before = records.jobs().get(0);
        startOwned("op-3", counter("b"), job("j1"));
        assertEquals(List.of(before), records.jobs());
    }

    @Test
    void anEndedJobOwnsNothingAnew() {
        end("j1");
        assertTrue(records.jobs().isEmpty(), "it owned nothing");
        String first = startOwned("op-1", counter("a"), job("j1"));
        end("j1");
        end("j1");
        assertEquals("ENDED", records.jobs().get(0).getState());
        OrreryException refused = refused(ErrorCode.FENCED, () -> startOwned("op-2", counter("b"), job("j1")));
        assertTrue(
                refused.getMessage()
                        .startsWith("job j1 (Main, pid 7 on h) ended: its driver closed; connect anew to start actors"),
                refused.getMessage());
        assertEquals(first, startOwned("op-1", counter("a"), job("j1")), "a start that is sent again is answered");
    }

    @Test
    void aJobMustBeTheDriversOwn() {
        PlainActorSpec.Builder foreign = counter("a").setJob("j2");
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation("op-1")
                .setActor(foreign)
                .setJob(job("j/1"))
                .build();
        String message = refused(ErrorCode.INVALID_ARGUMENT, () -> commit(draft -> actors.start(draft, request)))
                .getMessage();
        assertTrue(message.contains("'j/1' is no name of a job"), message);
        assertTrue(message.contains("its job is 'j2', not that of its driver"), message);
    }

    @Test
    void aTakenNameIsRefusedUntilItsActorIsDead() {
        String id = start("op-1", counter("counter"));
        OrreryException taken = refused(ErrorCode.ALREADY_EXISTS, () -> start("op-2", counter("counter")));
        assertTrue(taken.getMessage().contains("PENDING"), taken.getMessage());
        state(id, "DRAINING");
        refused(ErrorCode.ALREADY_EXISTS, () -> start("op-2", counter("counter")));
        state(id, "DEAD");
        String next = start("op-2", counter("counter"));
        assertEquals(next, records.name("default", "counter").orElseThrow().getActor());
    }

    @Test
    void whatWasWrittenBeforeThereWereNamespacesIsInTheDefaultOne() {
        String id = start("op-1", counter("counter"));
        assertEquals("", actor(id).getSpec().getNamespace(), "as of a driver of then");
        for (String namespace : List.of("", "default")) {
            DescribeActorRequest byName = DescribeActorRequest.newBuilder()
                    .setName("counter")
                    .setNamespace(namespace)
                    .build();
            assertEquals(id, ActorService.find(records, byName).getActor());
        }
        refused(ErrorCode.ALREADY_EXISTS, () -> start("op-2", counter("counter").setNamespace("default")));
        assertTrue(records.namespaces().isEmpty(), "the default one needs no record");
        String theirs = start("op-3", counter("counter").setNamespace("team-b"));
        assertEquals(theirs, records.name("team-b", "counter").orElseThrow().getActor());
        assertEquals(id, records.name("default", "counter").orElseThrow().getActor());
        start("op-4", counter("").setNamespace("team-c"));
        assertTrue(records.namespace("team-c").isEmpty(), "without a name there is nothing in it");
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        PlainActorSpec.Builder wrong = counter("a/b")
                .setNamespace("../x")
                .clearFactory()
                .setMaxPendingCalls(0)
                .setOpenTimeoutMillis(0)
                .setMaxRestarts(1)
                .addArguments(Value.newBuilder().setObject(ByteString.copyFrom(new byte[50_000])));
        String message =
                refused(ErrorCode.INVALID_ARGUMENT, () -> start("op-1", wrong)).getMessage();
        for (String part : List.of(
                "'a/b' is no name of an actor",
                "'../x' is no name of a namespace",
                "no constructor",
                "maxPendingCalls",
                "startTimeout",
                "restartWindow",
                "50")) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(records.actors().isEmpty());
    }

    @Test
    void whatIsWrongWithItsNeedsIsToldTogether() {
        PlainActorSpec.Builder wrong = counter("a")
                .setResources(Resources.newBuilder()
                        .setMemoryBytes(-1)
                        .setGpus(1)
                        .setMilliGpu(500)
                        .putMilliNamed("a b", 1)
                        .putMilliNamed("tpu", -1))
                .setNodeChoice(NodeChoice.newBuilder().putLabels("zone", "").setPolicyValue(77));
        String message =
                refused(ErrorCode.INVALID_ARGUMENT, () -> start("op-1", wrong)).getMessage();
        for (String part : List.of(
                "memory must be from 0 to",
                "gpus 1 and 500 thousandths: a part is of one GPU, and less than all of it",
                "'a b' is no name of a resource",
                "resource tpu must be from 0 to 1000000",
                "'zone=' is no label",
                "does not know the policy of placement")) {
            assertTrue(message.contains(part), message);
        }
        for (int milli : List.of(-1, 1_000)) {
            refused(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> start(
                            "op-1",
                            counter("a").setResources(Resources.newBuilder().setMilliGpu(milli))));
        }
        start(
                "op-2",
                counter("b")
                        .setResources(Resources.newBuilder().setMilliGpu(999).putMilliNamed("tpu", 1)));
    }

    @Test
    void aWorkerOfTasksHasNoConstructorAndBelongsToAJob() {
        PlainActorSpec.Builder worker = counter("").clearFactory().setRunsTasks(true);
        String message =
                refused(ErrorCode.INVALID_ARGUMENT, () -> start("op-1", worker)).getMessage();
        assertTrue(message.contains("belongs to a job"), message);
        assertFalse(message.contains("no constructor"), message);
        Job job = Job.newBuilder().setId("j1").setHost("h").setPid(1).build();
        assertEquals(
                "PENDING", actor(startOwned("op-2", worker.setJob("j1"), job)).getState());
        refused(ErrorCode.INVALID_ARGUMENT, () -> startOwned("op-3", worker.setDetached(true), job));
    }

    @Test
    void codeThatTheHeadDoesNotHoldIsNamed() {
        ArtifactRef jar =
                ArtifactRef.newBuilder().setName("a.jar").setSha256("abc").build();
        missing.add(jar);
        OrreryException refused = refused(
                ErrorCode.NOT_FOUND, () -> start("op-1", counter("counter").addArtifacts(jar)));
        assertTrue(refused.getMessage().contains("a.jar"), refused.getMessage());
    }

    @Test
    void killingTwiceOrWhatIsForgottenDoesNothing() {
        String id = alive("counter");
        KillActorRequest kill = KillActorRequest.newBuilder().setActor(id).build();
        commit(draft -> actors.kill(draft, kill));
        assertEquals("DRAINING", actor(id).getState());
        assertEquals("killed", actor(id).getCauses(0).getKind());
        commit(draft -> actors.kill(draft, kill));
        assertEquals(1, actor(id).getCausesCount());
        commit(draft -> actors.kill(
                draft, KillActorRequest.newBuilder().setActor("7-99").build()));
    }

    @Test
    void actorsOfPipelinesAreNotKilledOneByOne() {
        records.apply(List.of(
                Write.put(PipelineRecord.getDefaultInstance()),
                Write.put(ActorRecord.newBuilder()
                        .setActor("7-50")
                        .setState("ALIVE")
                        .setPipeline("embed")
                        .build())));
        refused(
                ErrorCode.INVALID_ARGUMENT,
                () -> commit(draft -> actors.kill(
                        draft, KillActorRequest.newBuilder().setActor("7-50").build())));
    }

    @Test
    void aNameFindsTheLivingOrElseTheLastThatDied() {
        List<String> dead = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            dead.add(start("op-" + i, counter("counter")));
            state(dead.get(i), "DEAD");
        }
        DescribeActorRequest byName =
                DescribeActorRequest.newBuilder().setName("counter").build();
        // The name itself is given back by a reconciler; here it still names the last.
        assertEquals(dead.get(11), ActorService.find(records, byName).getActor());
        String living = start("op-living", counter("counter"));
        assertEquals(living, ActorService.find(records, byName).getActor());
        OrreryException unknown = refused(
                ErrorCode.NOT_FOUND,
                () -> ActorService.find(
                        records,
                        DescribeActorRequest.newBuilder().setName("cuonter").build()));
        assertTrue(unknown.getMessage().contains("names there are: counter"), unknown.getMessage());
        refused(
                ErrorCode.INVALID_ARGUMENT,
                () -> ActorService.find(records, DescribeActorRequest.getDefaultInstance()));
    }
}
