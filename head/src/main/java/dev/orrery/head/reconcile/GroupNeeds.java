package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Amounts;
import dev.orrery.head.placement.Demand;
import dev.orrery.head.placement.GpuNeed;
import dev.orrery.head.placement.GroupDemand;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.Place;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.internal.proto.Resources;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What placement is asked for the bundles of a group. */
final class GroupNeeds {
    private GroupNeeds() {}

    /** @param wanted bundles of the group that get their room at once, whether they have some now or not */
    static GroupDemand demand(PlacementGroupRecord group, List<BundleRecord> wanted) {
        Map<String, Integer> kept = kept(group, wanted).stream()
                .collect(Collectors.toMap(BundleRecord::getNode, bundle -> 1, Integer::sum));
        return new GroupDemand(
                PlacementGroups.describe(group),
                group.getSpec().getStrategy(),
                wanted.stream().map(GroupNeeds::demand).toList(),
                kept);
    }

    private static Demand demand(BundleRecord bundle) {
        Resources need = bundle.getNeed().getResources();
        return new Demand(
                "bundle " + bundle.getNumber(),
                Amounts.of(need),
                GpuNeed.of(need),
                bundle.getNeed().getNodeChoice());
    }

    private static List<BundleRecord> kept(PlacementGroupRecord group, Collection<BundleRecord> wanted) {
        return group.getBundlesList().stream()
                .filter(bundle -> PlacementGroups.hasRoom(bundle) && !wanted.contains(bundle))
                .toList();
    }

    /** The bundle with its room there. */
    static BundleRecord at(BundleRecord bundle, Place place) {
        return bundle.toBuilder()
                .setNode(place.node())
                .clearGpus()
                .addAllGpus(place.gpus())
                .clearLost()
                .build();
    }

    /** The room of a node that has nothing but those bundles of the group that are not {@code wanted}. */
    static NodeRoom emptyRoom(NodeRecord node, PlacementGroupRecord group, List<BundleRecord> wanted) {
        Amounts amounts = Amounts.NONE;
        long slots = 0;
        Map<String, Long> devices = new HashMap<>();
        for (BundleRecord bundle : kept(group, wanted)) {
            if (bundle.getNode().equals(node.getNode())) {
                GpuNeed gpus = GpuNeed.of(bundle.getNeed().getResources());
                amounts = amounts.plus(Amounts.of(bundle.getNeed().getResources()));
                slots += gpus.milli();
                bundle.getGpusList().forEach(device -> devices.merge(device, (long) gpus.milliEach(), Long::sum));
            }
        }
        return NodeRooms.almostEmpty(node, amounts, slots, devices);
    }
}
