package dev.orrery.examples.cli;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(name = "nodes", mixinStandardHelpOptions = true, description = "Lists the nodes and their resources.")
final class NodesCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getNodesList().stream()
                .map(node -> new Row()
                        .with("node", node.getName())
                        .with("state", node.getState())
                        .with("host", node.getHost())
                        .with("cpus", node.getTotal().getMilliCpus() / 1000.0)
                        .with("cpus_used", node.getUsed().getMilliCpus() / 1000.0)
                        .with("gpus", node.getTotal().getGpus())
                        .with("gpus_used", node.getUsed().getGpus())
                        .with("gpu_kind", kinds(node.getGpus()))
                        .with("nccl", nccl(node.getGpus()))
                        .with("workers", node.getWorkers())
                        .with("cannot_launch", node.getCannotLaunch())
                        .with("left", String.join("; ", left(node)))
                        .withJson("warm_workers", node.getWarmWorkers())
                        .withJson("gpu_devices", devices(node)))
                .toList();
    }

    /** What is still on a node that is being drained, and why. */
    static List<String> left(NodeView node) {
        return node.getLeftList().stream()
                .map(there -> there.getLabel() + " " + there.getReason())
                .toList();
    }

    /** "2 × NVIDIA H100", or nothing where a node's slots have no devices. */
    private static String kinds(NodeGpus gpus) {
        return gpus.getGpusList().stream()
                .collect(Collectors.groupingBy(Gpu::getName, LinkedHashMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(kind -> kind.getValue() + " × " + kind.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String nccl(NodeGpus gpus) {
        if (gpus.getNcclVersion() > 0) {
            return "NCCL " + new NcclVersion(gpus.getNcclVersion());
        }
        return "NCCL off: " + (gpus.getNcclOff().isEmpty() ? "its agent does not tell why" : gpus.getNcclOff());
    }

    private static List<Map<String, Object>> devices(NodeView node) {
        List<Map<String, Object>> devices = new ArrayList<>();
        for (Gpu gpu : node.getGpus().getGpusList()) {
            Map<String, Object> device = new LinkedHashMap<>();
            device.put("index", gpu.getIndex());
            device.put("uuid", gpu.getUuid());
            device.put("name", gpu.getName());
            device.put("memory_bytes", gpu.getMemoryBytes());
            device.put("share", node.getGpus().getShare());
            device.put("taken", node.getGpusTaken(devices.size()));
            devices.add(device);
        }
        return devices;
    }
}
