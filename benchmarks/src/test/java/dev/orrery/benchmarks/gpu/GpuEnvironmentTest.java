package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.nccl.cuda.GpuLibraries;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GpuEnvironmentTest {
    private static final String SHARING = "NCCL_MULTI_RANK_GPU_ENABLE";
    private static final String HOST = "NCCL_HOSTID";
    private static final int OLD = 22_703;
    private static final int NEW = 23_007;

    private static GpuEnvironment of(int devices, int nccl) {
        GpuSetting setting = new GpuSetting(GpuLibraries.OF_THE_HOST, false, false);
        return new GpuEnvironment(setting, devices, Optional.of(new NcclVersion(nccl)));
    }

    @Test
    void whereThereAreEnoughNothingIsShared() {
        GpuEnvironment enough = of(16, NEW);
        assertFalse(enough.ofContractTests().containsKey(SHARING));
        assertFalse(enough.ofKillTests().containsKey(SHARING));
        assertFalse(enough.killTestsShare());
        assertTrue(enough.ofBenchmark().stream().noneMatch(each -> each.containsKey(HOST)));
    }

    @Test
    void eachStepSharesByItself() {
        GpuEnvironment four = of(4, NEW);
        assertEquals("1", four.ofContractTests().get(SHARING));
        assertFalse(four.ofKillTests().containsKey(SHARING));
        assertFalse(four.killTestsShare());
        GpuEnvironment two = of(2, NEW);
        assertTrue(two.killTestsShare());
        assertTrue(two.ofKillTests().containsKey(HOST));
        assertTrue(two.ofBenchmark().stream().noneMatch(each -> each.containsKey(HOST)));
    }

    @Test
    void anOldOneIsNotToldToShareButItsProcessesHaveHosts() {
        GpuEnvironment one = of(1, OLD);
        assertFalse(one.ofContractTests().containsKey(SHARING));
        assertFalse(one.ofKillTests().containsKey(SHARING));
        assertTrue(one.ofKillTests().containsKey(HOST));
        List<Map<String, String>> both = one.ofBenchmark();
        assertNotEquals(both.get(0).get(HOST), both.get(1).get(HOST));
    }

    @Test
    void contractTestsAreOnOneHost() {
        assertFalse(of(1, NEW).ofContractTests().containsKey(HOST));
    }

    @Test
    void nothingDependsOnTheNetworksOfTheHost() {
        Map<String, String> all = of(8, NEW).ofAll();
        assertEquals("0", all.get("NCCL_MNNVL_ENABLE"));
        assertFalse(all.containsKey("ORRERY_EMULATED_GPUS"));
    }
}
