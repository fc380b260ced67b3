package dev.orrery.benchmarks.process;

import java.util.List;
import java.util.Map;

/**
 * What processes with GPUs are started with.
 *
 * @param devices how many GPUs there are
 * @param cudaLibrary folder or file; empty: where the system finds it
 * @param ncclLibrary folder or file; empty: where the system finds it
 * @param environments of the processes, by number
 */
public record DeviceSetting(
        int devices,
        String cudaLibrary,
        String ncclLibrary,
        List<String> jvmOptions,
        List<Map<String, String>> environments) {
    public DeviceSetting {
        jvmOptions = List.copyOf(jvmOptions);
        environments = List.copyOf(environments);
    }

    Map<String, String> environment(int number) {
        return environments.get(number);
    }
}
