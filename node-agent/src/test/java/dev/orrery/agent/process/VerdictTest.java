package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.orrery.agent.process.Verdict.Evidence;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final ProcessId SHIM = new ProcessId(10, 100);
    private static final ProcessId WORKER = new ProcessId(11, 101);
    private static final RunRecord BEGUN =
            new RunRecord(true, Optional.of("boot"), Optional.of(SHIM), Optional.empty(), Optional.empty());
    private static final RunRecord RUNNING =
            new RunRecord(true, Optional.of("boot"), Optional.of(SHIM), Optional.of(WORKER), Optional.empty());
    private static final RunRecord ENDED =
            new RunRecord(true, Optional.of("boot"), Optional.of(SHIM), Optional.of(WORKER), Optional.of(137));

    private static Verdict of(RunRecord before, boolean worker, boolean shim, RunRecord after) {
        return Verdict.of(new Evidence(before, worker, shim, "boot", after));
    }

    @Test
    void aRecordedExitCounts() {
        assertEquals(new Verdict.Gone(new ExitStatus.Signal(9)), of(ENDED, false, false, ENDED));
        assertEquals(
                new Verdict.Gone(new ExitStatus.Signal(9)),
                of(RUNNING, false, false, ENDED),
                "written between the two reads");
    }

    @Test
    void aLiveWorkerIsAliveWithOrWithoutItsShim() {
        assertEquals(new Verdict.Alive(Optional.of(WORKER)), of(RUNNING, true, true, RUNNING));
        assertEquals(new Verdict.Alive(Optional.of(WORKER)), of(RUNNING, true, false, RUNNING));
    }

    @Test
    void aShimThatLivesIsToTellHowItsWorkerDied() {
        assertEquals(new Verdict.Untold(), of(RUNNING, false, true, RUNNING));
        assertEquals(new Verdict.Gone(new ExitStatus.Signal(9)), of(RUNNING, false, true, ENDED));
        assertEquals(
                new Verdict.Alive(Optional.of(WORKER)),
                of(BEGUN, false, true, RUNNING),
                "not looked at: it was not known yet");
    }

    @Test
    void aShimThatLivesWillSayMore() {
        assertEquals(new Verdict.Alive(Optional.empty()), of(BEGUN, false, true, BEGUN));
    }

    @Test
    void withBothGoneTheStatusIsLost() {
        assertInstanceOf(Verdict.Gone.class, of(RUNNING, false, false, RUNNING));
        assertInstanceOf(Verdict.Gone.class, of(BEGUN, false, false, BEGUN));
    }

    @Test
    void nothingIsConcludedFromRecordsThatAppearDuringTheLook() {
        assertInstanceOf(Verdict.Unknown.class, of(RunRecord.NOTHING, false, false, RUNNING));
        assertInstanceOf(Verdict.Unknown.class, of(BEGUN, false, false, RUNNING));
        assertInstanceOf(Verdict.Unknown.class, of(RunRecord.NOTHING, false, false, RunRecord.NOTHING));
    }

    @Test
    void anotherBootEndsEverything() {
        Verdict verdict = Verdict.of(new Evidence(RUNNING, false, false, "next boot", RUNNING));
        assertEquals(new Verdict.Gone(new ExitStatus.Lost("the host was restarted")), verdict);
    }

    @Test
    void shellsTellSignalsAsHighCodes() {
        assertEquals(new ExitStatus.Code(0), ExitStatus.ofShell(0));
        assertEquals(new ExitStatus.Code(128), ExitStatus.ofShell(128));
        assertEquals(new ExitStatus.Signal(15), ExitStatus.ofShell(143));
    }
}
