package dev.orrery.benchmarks.gpu;

import dev.orrery.internal.gpu.NcclVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the processes of each step find in their environment. NCCL refuses two ranks of one host on one GPU. Where GPUs do
 * not suffice there are two ways out: from 2.30 on NCCL can be allowed to; and processes can pretend to be on hosts of their
 * own, which works with every version and makes NCCL use its network transport between them.
 */
final class GpuEnvironment {
    /** In the world with most of them. */
    private static final int CONTRACT_MEMBERS = 16;

    private static final int KILL_MEMBERS = 3;
    private static final int BENCHMARK_MEMBERS = 2;
    private static final String EMULATED_GPUS = "ORRERY_EMULATED_GPUS";
    private static final String HOST = "NCCL_HOSTID";

    private final GpuSetting setting;
    private final int devices;
    private final Optional<NcclVersion> nccl;

    GpuEnvironment(GpuSetting setting, int devices, Optional<NcclVersion> nccl) {
        this.setting = setting;
        this.devices = devices;
        this.nccl = nccl;
    }

    /** All is on this host, whatever networks it has. What the user has set stays. */
    Map<String, String> ofAll() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("NCCL_SOCKET_IFNAME", "lo");
        environment.put("NCCL_MNNVL_ENABLE", "0");
        if (setting.emulated()) {
            environment.put(EMULATED_GPUS, Integer.toString(CONTRACT_MEMBERS));
        }
        environment.keySet().removeAll(System.getenv().keySet());
        return environment;
    }

    /** All members are in one process. */
    Map<String, String> ofContractTests() {
        Map<String, String> environment = ofAll();
        share(environment, CONTRACT_MEMBERS);
        return environment;
    }

    boolean killTestsShare() {
        return devices < KILL_MEMBERS;
    }

    /** Of the process with the first members; the others get a host each by a property of the tests. */
    Map<String, String> ofKillTests() {
        Map<String, String> environment = ofAll();
        share(environment, KILL_MEMBERS);
        if (killTestsShare()) {
            environment.put(HOST, "orrery-gpu-check");
        }
        return environment;
    }

    /** For each process. */
    List<Map<String, String>> ofBenchmark() {
        List<Map<String, String>> environments = new ArrayList<>();
        for (int number = 0; number < BENCHMARK_MEMBERS; number++) {
            Map<String, String> environment = ofAll();
            if (devices < BENCHMARK_MEMBERS) {
                environment.put(HOST, "orrery-gpu-check-" + number);
            }
            environments.add(environment);
        }
        return environments;
    }

    private void share(Map<String, String> environment, int members) {
        if (devices < members && nccl.filter(NcclVersion::allowsMultiRank).isPresent()) {
            environment.put("NCCL_MULTI_RANK_GPU_ENABLE", "1");
        }
    }

    /** For the report: with what the user has set for NCCL and CUDA. */
    static Map<String, String> shown(Map<String, String> given) {
        Map<String, String> all = new TreeMap<>(given);
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("NCCL_") || name.startsWith("CUDA_") || name.startsWith("ORRERY_EMULATED_")) {
                all.putIfAbsent(name, value);
            }
        });
        return all;
    }
}
