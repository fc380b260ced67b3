package dev.orrery.examples.cli;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.Resources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(name = "nodes", mixinStandardHelpOptions = true, description = "Lists the nodes and their resources.")
final class NodesCommand extends Listing {
    private static final double MILLI = 1_000.0;
    private static final double GIB = 1L << 30;

    @Override
    List<Row> rows(ClusterView view) {
        return view.getNodesList().stream()
                .map(node -> new Row()
                        .with("node", node.getName())
                        .with("state", node.getState())
                        .with("host", node.getHost())
                        .with("cpus", node.getTotal().getMilliCpus() / MILLI)
                        .with("cpus_used", node.getUsed().getMilliCpus() / MILLI)
                        .with("gpus", node.getTotal().getGpus())
                        .with("gpus_used", gpus(node.getUsed()))
                        .with("gpu_kind", kinds(node.getGpus()))
                        .with("nccl", nccl(node.getGpus()))
                        .with("memory_gib", gib(node.getTotal()))
                        .with("memory_gib_used", gib(node.getUsed()))
                        .with("resources", resources(node))
                        .with("labels", labels(node))
                        .with("workers", node.getWorkers())
                        .with("cannot_launch", node.getCannotLaunch())
                        .with("left", String.join("; ", left(node)))
                        .withJson("warm_workers", node.getWarmWorkers())
                        .withJson("gpu_devices", devices(node))
                        .withJson("memory_bytes", node.getTotal().getMemoryBytes())
                        .withJson("memory_bytes_used", node.getUsed().getMemoryBytes())
                        .withJson("resource_amounts", amounts(node))
                        .withJson("label_values", new TreeMap<>(node.getLabelsMap())))
                .toList();
    }

    /** What is still on a node that is being drained, and why. */
    static List<String> left(NodeView node) {
        return node.getLeftList().stream()
                .map(there -> there.getLabel() + " " + there.getReason())
                .toList();
    }

    /** With one digit after the point. */
    private static double gib(Resources resources) {
        return Math.round(resources.getMemoryBytes() * 10.0 / GIB) / 10.0;
    }

    /** "license 0/1, tpu 2.5/4": what is used of what there is. */
    private static String resources(NodeView node) {
        return amounts(node).stream()
                .map(amount -> amount.get("name") + " " + words(amount.get("used")) + "/" + words(amount.get("total")))
                .collect(Collectors.joining(", "));
    }

    /** Without a point where there is nothing behind it. */
    private static String words(Object amount) {
        return String.valueOf(amount).replaceAll("\\.0$", "");
    }

    /** Also what is used still of a resource that the node does not name any more. */
    private static List<Map<String, Object>> amounts(NodeView node) {
        Map<String, Long> total = node.getTotal().getMilliNamedMap();
        Map<String, Long> used = node.getUsed().getMilliNamedMap();
        TreeSet<String> names = new TreeSet<>(total.keySet());
        names.addAll(used.keySet());
        List<Map<String, Object>> amounts = new ArrayList<>();
        for (String name : names) {
            Map<String, Object> amount = new LinkedHashMap<>();
            amount.put("name", name);
            amount.put("total", total.getOrDefault(name, 0L) / MILLI);
            amount.put("used", used.getOrDefault(name, 0L) / MILLI);
            amounts.add(amount);
        }
        return amounts;
    }

    private static String labels(NodeView node) {
        return new TreeMap<>(node.getLabelsMap())
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(", "));
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
            device.put("taken", number(node.getGpusTakenMilli(devices.size())));
            devices.add(device);
        }
        return devices;
    }
}
