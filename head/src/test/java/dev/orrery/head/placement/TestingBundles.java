package dev.orrery.head.placement;

import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Bundles and rooms of CPUs, by their numbers of CPUs. */
final class TestingBundles {
    static final String WHO = "placement group 'trainers'";

    private TestingBundles() {}

    static Amounts cpus(long cpus) {
        return new Amounts(1_000 * cpus, 0, Map.of());
    }

    static List<Demand> bundles(int... cpus) {
        List<Demand> bundles = new ArrayList<>();
        for (int each : cpus) {
            bundles.add(bundle(bundles.size(), each, 0, NodeChoice.getDefaultInstance()));
        }
        return bundles;
    }

    static Demand bundle(int number, long cpus, int gpus, NodeChoice choice) {
        return new Demand("bundle " + number, cpus(cpus), GpuNeed.whole(gpus), choice);
    }

    static GroupDemand group(Strategy strategy, List<Demand> bundles) {
        return new GroupDemand(WHO, strategy, bundles, Map.of());
    }

    static NodeRoom room(String node, long free, long total) {
        return new NodeRoom(node, Map.of(), cpus(free), cpus(total), GpuRoom.ofSlots(0, 0), 0);
    }

    /** Empty nodes a, b, c … with so many CPUs. */
    static List<NodeRoom> rooms(int... cpus) {
        List<NodeRoom> rooms = new ArrayList<>();
        for (int each : cpus) {
            rooms.add(room(String.valueOf((char) ('a' + rooms.size())), each, each));
        }
        return rooms;
    }

    static List<String> nodes(Reservation reservation) {
        return reservation.places().stream().map(Place::node).toList();
    }

    static NodeSize size(String node, long cpus) {
        return new NodeSize(node, "ALIVE", true, Map.of(), cpus(cpus), 0);
    }

    static List<NodeSize> sizes(NodeSize... sizes) {
        return Arrays.asList(sizes);
    }
}
