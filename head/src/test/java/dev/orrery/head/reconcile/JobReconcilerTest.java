package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.JobState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.JobUsage;
import dev.orrery.internal.proto.PlainActorSpec;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases of jobs, and what ends with them. The lease is the default, 30 s. */
class JobReconcilerTest {
    private final TestingState state = new TestingState().alive("n1");

    @BeforeEach
    void theLeaderIsThere() {
        look();
    }

    private void look() {
        state.memory.leases().look(Settings.defaults().jobLease(), state.now);
    }

    /** A leader that looks at its clock all the while. */
    private void after(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 1_000) {
            state.after(Duration.ofMillis(Math.min(left, 1_000)));
            look();
        }
    }

    private void job(String id, JobState at) {
        JobRecord.Builder job = JobRecord.newBuilder()
                .setJob(Job.newBuilder().setId(id).setHost("h").setPid(7).setName("Main"))
                .setState(at.name());
        if (at == JobState.ENDED) {
            job.setCause(Failure.newBuilder().setKind("job").setMessage("job " + id + " ended: so it is"));
        }
        state.write(Write.put(job.build()));
    }

    private void actor(String id, String job, boolean detached, ActorState at) {
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(at.name())
                .setIncarnation(1)
                .setNode(at == ActorState.DEAD ? "" : "n1")
                .setSpec(PlainActorSpec.newBuilder().setJob(job).setDetached(detached))
                .build()));
    }

    private void renew(String job) {
        state.memory.leases().renew(job, JobUsage.getDefaultInstance(), state.now);
    }

    private void step() {
        state.commit(new JobReconciler());
    }

    private String stateOf(String job) {
        return state.records.job(job).orElseThrow().getState();
    }

    @Test
    void aSilentDriversJobEndsAndWhatItOwnsIsKilledWithThatCause() {
        job("j1", JobState.RUNNING);
        actor("owned", "j1", false, ActorState.ALIVE);
        actor("waiting", "j1", false, ActorState.RESTARTING);
        actor("detached", "j1", true, ActorState.ALIVE);
        actor("of-nobody", "", false, ActorState.ALIVE);
        after(Duration.ofSeconds(30));
        step();
        assertEquals("RUNNING", stateOf("j1"));
        after(Duration.ofSeconds(1));
        step();
        assertEquals("ENDED", stateOf("j1"));
        assertEquals("DRAINING", state.actor("owned").getState());
        assertEquals("DRAINING", state.actor("waiting").getState());
        assertEquals("ALIVE", state.actor("detached").getState());
        assertEquals("ALIVE", state.actor("of-nobody").getState());
        Failure cause = state.actor("owned").getCauses(0);
        assertEquals("job", cause.getKind());
        assertEquals("job j1 (Main, pid 7 on h) ended: its driver said nothing for 31000 ms", cause.getMessage());
        assertTrue(state.run(new JobReconciler()).isEmpty(), "once");
    }

    @Test
    void aRenewalKeepsItAndWritesNothing() {
        job("j1", JobState.RUNNING);
        job("j2", JobState.RUNNING);
        for (int i = 0; i < 10; i++) {
            after(Duration.ofSeconds(5));
            renew("j1");
            if (i < 6) {
                assertTrue(state.run(new JobReconciler()).isEmpty());
            }
        }
        step();
        assertEquals("RUNNING", stateOf("j1"));
        assertEquals("ENDED", stateOf("j2"));
    }

    @Test
    void aLeaderThatWasAwayCountsAnew() {
        job("j1", JobState.RUNNING);
        state.after(Duration.ofSeconds(100));
        look();
        step();
        assertEquals("RUNNING", stateOf("j1"), "what its driver said meanwhile may still be on its way");
        after(Duration.ofSeconds(31));
        step();
        assertEquals("ENDED", stateOf("j1"));
    }

    @Test
    void whatAnEndedJobOwnsIsKilledWheneverItIsFound() {
        job("j1", JobState.ENDED);
        actor("late", "j1", false, ActorState.STARTING);
        actor("orphan", "forgotten", false, ActorState.ALIVE);
        step();
        assertEquals("DRAINING", state.actor("late").getState());
        assertEquals("job j1 ended: so it is", state.actor("late").getCauses(0).getMessage());
        assertEquals("DRAINING", state.actor("orphan").getState());
        assertEquals("job forgotten ended", state.actor("orphan").getCauses(0).getMessage());
    }

    @Test
    void endedJobsAreForgottenOldestFirstButNotBeforeTheirActorsAreDead() {
        job("old", JobState.ENDED);
        job("busy", JobState.ENDED);
        actor("a", "busy", false, ActorState.DRAINING);
        actor("b", "old", false, ActorState.DEAD);
        after(Duration.ofSeconds(1));
        for (int i = 0; i < JobReconciler.ENDED_KEPT; i++) {
            job("j" + i, JobState.ENDED);
        }
        job("running", JobState.RUNNING);
        step();
        assertTrue(state.records.job("old").isEmpty());
        assertTrue(state.records.job("busy").isPresent());
        assertTrue(state.records.job("running").isPresent());
        assertEquals(JobReconciler.ENDED_KEPT + 2, state.records.jobs().size());
    }
}
