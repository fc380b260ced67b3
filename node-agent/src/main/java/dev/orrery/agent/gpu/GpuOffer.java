package dev.orrery.agent.gpu;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What of the found GPUs a node offers, and how its workers get theirs. */
public final class GpuOffer {
    static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";
    static final String MULTI_RANK = "NCCL_MULTI_RANK_GPU_ENABLE";

    private GpuOffer() {}

    public static NodeGpus of(GpuSettings settings, FoundGpus found) {
        List<Gpu> offered = found.gpus().stream()
                .limit(settings.offered().orElse(Integer.MAX_VALUE))
                .toList();
        boolean multiRank = settings.multiRank()
                && found.nccl().filter(NcclVersion::allowsMultiRank).isPresent();
        return NodeGpus.newBuilder()
                .addAllGpus(offered)
                .setShare(settings.share())
                .setNcclVersion(found.nccl().map(NcclVersion::code).orElse(0))
                .setNcclOff(found.off())
                .setMultiRank(multiRank)
                .build();
    }

    /** Where none is found, those that the settings claim are offered all the same, as slots without a device. */
    public static int slots(GpuSettings settings, NodeGpus gpus) {
        return gpus.getGpusCount() > 0
                ? gpus.getGpusCount() * settings.share()
                : settings.offered().orElse(0);
    }

    /**
     * What a worker's process gets beside the agent's own environment: it sees the GPUs that are its actor's and no other.
     * One that asks for some of a node without devices is left what the agent has.
     */
    public static Map<String, String> environment(GpuSettings settings, DesiredWorker worker) {
        Map<String, String> variables = new LinkedHashMap<>();
        Resources needs = worker.getSpec().getResources();
        boolean needsNone = needs.getGpus() == 0 && needs.getMilliGpu() == 0;
        if (worker.getGpusCount() > 0 || needsNone) {
            variables.put(VISIBLE_DEVICES, String.join(",", worker.getGpusList()));
        }
        if (settings.multiRank()) {
            variables.put(MULTI_RANK, "1");
        }
        return variables;
    }

    /** For the log: how many of which kind, and NCCL's version or why it is off. */
    public static String summary(GpuSettings settings, NodeGpus gpus) {
        String kinds = gpus.getGpusList().stream()
                .collect(Collectors.groupingBy(Gpu::getName, LinkedHashMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(kind -> kind.getValue() + " × " + kind.getKey())
                .collect(Collectors.joining(", "));
        String nccl = gpus.getNcclVersion() > 0
                ? "NCCL " + new NcclVersion(gpus.getNcclVersion())
                : "NCCL off: " + gpus.getNcclOff();
        String shared =
                gpus.getGpusCount() > 0 && settings.share() > 1 ? ", each for " + settings.share() + " actors" : "";
        return gpus.getGpusCount() + " GPUs" + (kinds.isEmpty() ? "" : " (" + kinds + ")") + shared + ", " + nccl;
    }
}
