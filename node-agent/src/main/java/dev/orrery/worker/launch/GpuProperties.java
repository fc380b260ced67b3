package dev.orrery.worker.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The part of a launch file about GPUs. All of it may be absent. */
final class GpuProperties {
    private static final String CUDA_LIB = "gpu.cuda-lib";
    private static final String NCCL_LIB = "gpu.nccl-lib";
    private static final String DEVICE = "gpu.device.";

    private GpuProperties() {}

    static void write(GpuLaunch gpu, Properties properties) {
        gpu.cudaLib().ifPresent(path -> properties.setProperty(CUDA_LIB, path.toString()));
        gpu.ncclLib().ifPresent(path -> properties.setProperty(NCCL_LIB, path.toString()));
        for (int index = 0; index < gpu.devices().size(); index++) {
            properties.setProperty(DEVICE + index, gpu.devices().get(index));
        }
    }

    static GpuLaunch read(Properties properties) {
        List<String> devices = new ArrayList<>();
        for (String device = properties.getProperty(DEVICE + 0);
                device != null;
                device = properties.getProperty(DEVICE + devices.size())) {
            devices.add(device);
        }
        return new GpuLaunch(
                Optional.ofNullable(properties.getProperty(CUDA_LIB)).map(Path::of),
                Optional.ofNullable(properties.getProperty(NCCL_LIB)).map(Path::of),
                devices);
    }
}
