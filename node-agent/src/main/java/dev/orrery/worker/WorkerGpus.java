package dev.orrery.worker;

import dev.orrery.nccl.cuda.GpuLibraries;
import dev.orrery.nccl.cuda.LoadedLibraries;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.GpuSupport;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The GPUs of a worker's process. */
final class WorkerGpus {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerGpus.class);
    /** Where JavaCPP unpacks its JNI libraries, and links those of the host that it found. */
    private static final String UNPACKED = "org.bytedeco.javacpp.cachedir";

    private WorkerGpus() {}

    /** Those that the agent gave it. Loads no library for a worker that has none. */
    static List<Gpu> open(LaunchSpec launch) {
        GpuLaunch given = launch.gpu();
        if (given.devices().isEmpty()) {
            return List.of();
        }
        if (System.getProperty(UNPACKED) == null) {
            // Not shared: what is linked there would be found by a worker that is to use other libraries.
            System.setProperty(UNPACKED, launch.workerDir().resolve("javacpp").toString());
        }
        GpuSupport support = LoadedLibraries.load(new GpuLibraries(given.cudaLib(), given.ncclLib()));
        if (support instanceof GpuSupport.On on) {
            return on.devices().stream()
                    .map(info -> new Gpu(on.cuda(), on.nccl(), info))
                    .toList();
        } else if (support instanceof GpuSupport.Off off) {
            LOG.warn("this worker was given {} and can use none: {}", given.devices(), off.why());
        }
        return List.of();
    }
}
