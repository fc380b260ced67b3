package dev.orrery.agent.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.Gpu;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProbeOutputTest {
    private static final ExitStatus FINE = new ExitStatus.Code(0);

    private static FoundGpus read(String... output) {
        return ProbeOutput.read(FINE, List.of(output), List.of());
    }

    private static Gpu gpu(int index, String uuid, long memory, String name) {
        return Gpu.newBuilder()
                .setIndex(index)
                .setUuid(uuid)
                .setMemoryBytes(memory)
                .setName(name)
                .build();
    }

    @Test
    void gpusComeInTheirOrderWithTheVersionOfNccl() {
        assertEquals(
                new FoundGpus(
                        List.of(
                                gpu(0, "GPU-b", 85_899_345_920L, "NVIDIA H100 80GB HBM3"),
                                gpu(1, "GPU-a", 1, "Tesla T4")),
                        Optional.of(new NcclVersion(23_007)),
                        ""),
                read("nccl 23007", "gpu GPU-b 85899345920 NVIDIA H100 80GB HBM3", "gpu GPU-a 1 Tesla T4"));
    }

    @Test
    void gpusMayBeThereWithoutNccl() {
        FoundGpus found = read("off no libnccl.so.2: cannot open shared object file", "gpu GPU-a 5 A");
        assertEquals("no libnccl.so.2: cannot open shared object file", found.off());
        assertEquals(Optional.empty(), found.nccl());
        assertEquals(1, found.gpus().size());
    }

    @Test
    void whatElseIsPrintedMeansNothing() {
        FoundGpus found = read(
                "12:00 INFO loading",
                "",
                "gpu",
                "gpu GPU-a much A",
                "gpu GPU-a,GPU-b 5 A",
                "gpu GPU-a 5 A",
                "gpu GPU-a 6 the same again",
                "nccl",
                "nccl 0",
                "nccl two",
                "off",
                "nccl 23007",
                "NCCL version 2.30.7");
        assertEquals(List.of(gpu(0, "GPU-a", 5, "A")), found.gpus());
        assertEquals(Optional.of(new NcclVersion(23_007)), found.nccl());
    }

    @Test
    void aProbeThatSaysNothingIsToldSo() {
        assertEquals(FoundGpus.none("the GPU probe said nothing about NCCL"), read());
    }

    @Test
    void howItEndedAndTheFirstLineOfItsErrorsAreTheCause() {
        List<String> output = List.of("nccl 23007", "gpu GPU-a 5 A");
        List<String> errors = List.of(
                "Picked up JAVA_TOOL_OPTIONS: -Dx", " ", "java: symbol lookup error: undefined symbol: x", "more");
        assertEquals(
                FoundGpus.none("the GPU probe exited with code 127: java: symbol lookup error: undefined symbol: x"),
                ProbeOutput.read(new ExitStatus.Code(127), output, errors));
        assertEquals(
                FoundGpus.none("the GPU probe was ended by signal 11: java: symbol lookup error: undefined symbol: x"),
                ProbeOutput.read(new ExitStatus.Signal(11), output, errors));
        assertEquals(
                FoundGpus.none("the GPU probe did not end within 10 ms"),
                ProbeOutput.failed("did not end within 10 ms", List.of()));
    }

    @Test
    void aCrashOfTheJvmIsToldBySignalAndPlace() {
        List<String> output = List.of(
                "#",
                "# A fatal error has been detected by the Java Runtime Environment:",
                "#",
                "#  SIGSEGV (0xb) at pc=0x00007fb2a40e2ac6, pid=1, tid=2",
                "#",
                "# Problematic frame:",
                "# C  [libnccl.so.2+0x89ac6]  ncclGetVersion+0x6",
                "#");
        assertEquals(
                FoundGpus.none("the GPU probe exited with code 1: it crashed by SIGSEGV in"
                        + " C [libnccl.so.2+0x89ac6] ncclGetVersion+0x6"),
                ProbeOutput.read(new ExitStatus.Code(1), output, List.of("a warning")));
    }

    @Test
    void noLineIsTooLongForARecord() {
        String endless = "x".repeat(100_000);
        assertTrue(read("off " + endless).off().length() < 1_000);
        assertTrue(ProbeOutput.failed("failed", List.of(endless)).off().length() < 1_000);
        assertTrue(read("gpu GPU-a 5 " + endless).gpus().get(0).getName().length() < 1_000);
    }
}
