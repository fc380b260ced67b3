package dev.orrery.examples.cli;

import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "placement-groups",
        mixinStandardHelpOptions = true,
        description = "Lists the placement groups, where their bundles have their room, and why they wait.")
final class PlacementGroupsCommand extends Listing {
    private static final double MILLI = 1_000.0;

    @Override
    List<Row> rows(ClusterView view) {
        return view.getPlacementGroupsList().stream()
                .map(group -> new Row()
                        .with("group", group.getGroup())
                        .with("name", group.getSpec().getName())
                        .with("state", group.getState())
                        .with("strategy", group.getSpec().getStrategy().name())
                        .with("bundles", group.getBundlesCount())
                        .with("nodes", nodes(group))
                        .with("actors", group.getActors())
                        .with("job", group.getSpec().getJob())
                        .with("detached", group.getSpec().getDetached())
                        .with("why", why(group))
                        .withJson("reason", group.getReason())
                        .withJson("never_fits", group.getNeverFits())
                        .withJson("cause", cause(group))
                        .withJson(
                                "bundle_list",
                                group.getBundlesList().stream()
                                        .map(PlacementGroupsCommand::bundle)
                                        .toList()))
                .toList();
    }

    /** "node-a 0 2, - 1": the bundles by where they have their room, those behind the dash have none. */
    private static String nodes(PlacementGroupView group) {
        Map<String, String> byNode = new TreeMap<>(group.getBundlesList().stream()
                .collect(Collectors.groupingBy(
                        bundle -> bundle.getNode().isEmpty() ? "-" : bundle.getNode(),
                        Collectors.mapping(bundle -> Integer.toString(bundle.getNumber()), Collectors.joining(" ")))));
        return byNode.entrySet().stream()
                .map(node -> node.getKey() + " " + node.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String why(PlacementGroupView group) {
        return group.hasCause() ? cause(group) : group.getReason();
    }

    private static String cause(PlacementGroupView group) {
        return group.hasCause()
                ? group.getCause().getKind() + ": " + group.getCause().getMessage()
                : "";
    }

    private static Map<String, Object> bundle(BundleView bundle) {
        Resources need = bundle.getNeed().getResources();
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("number", bundle.getNumber());
        cells.put("node", bundle.getNode());
        cells.put("cpus", need.getMilliCpus() / MILLI);
        cells.put("cpus_used", bundle.getUsed().getMilliCpus() / MILLI);
        cells.put("gpus", need.getGpus());
        cells.put("gpus_used", gpus(bundle.getUsed()));
        cells.put("gpu_devices", List.copyOf(bundle.getGpusList()));
        cells.put("memory_bytes", need.getMemoryBytes());
        cells.put("memory_bytes_used", bundle.getUsed().getMemoryBytes());
        cells.put("resources", named(need));
        cells.put("resources_used", named(bundle.getUsed()));
        cells.put("labels", new TreeMap<>(bundle.getNeed().getNodeChoice().getLabelsMap()));
        cells.put("actors", bundle.getActors());
        cells.put("lost", bundle.getLost());
        return cells;
    }

    private static Map<String, Double> named(Resources resources) {
        Map<String, Double> named = new TreeMap<>();
        resources.getMilliNamedMap().forEach((name, milli) -> named.put(name, milli / MILLI));
        return named;
    }
}
