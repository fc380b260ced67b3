package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Amounts;
import dev.orrery.head.placement.BundleRoom;
import dev.orrery.head.placement.GpuNeed;
import dev.orrery.head.placement.GpuRoom;
import dev.orrery.head.placement.NodeRoom;
import dev.orrery.head.placement.Place;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.Resources;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is free in the bundles of placement groups, while actors are being placed in them one after the other. */
final class BundleRooms {
    private record Key(String group, int number) {}

    /** Of one bundle that has its room. */
    private static final class Taken {
        private final BundleRecord bundle;
        /** In thousandths, as the slots. */
        private final Map<String, Long> devices = new HashMap<>();

        private Amounts amounts = Amounts.NONE;
        private long slots;
        private int actors;

        Taken(BundleRecord bundle) {
            this.bundle = bundle;
        }
    }

    private final Map<Key, Taken> rooms = new HashMap<>();

    /** A bundle has its room from now on. */
    void add(PlacementGroupRecord group, BundleRecord bundle) {
        rooms.put(new Key(group.getGroup(), bundle.getNumber()), new Taken(bundle));
    }

    /**
     * Takes the room of an actor out of its bundle's. False when it has none in a bundle: then it has it on its node alone, as
     * what ends there after its group was removed, or its bundle moved.
     */
    boolean take(ActorRecord actor, Amounts amounts, GpuNeed gpus, Place place) {
        Taken taken = place.bundle().isEmpty()
                ? null
                : rooms.get(
                        new Key(PlacementGroups.groupOf(actor), place.bundle().getAsInt()));
        if (taken == null || !taken.bundle.getNode().equals(place.node())) {
            return false;
        }
        taken.amounts = taken.amounts.plus(amounts);
        taken.slots += gpus.milli();
        taken.actors++;
        place.gpus().forEach(device -> taken.devices.merge(device, (long) gpus.milliEach(), Long::sum));
        return true;
    }

    /**
     * A process that is left of a life that is over still has so much of that GPU. False when no bundle is concerned.
     *
     * @param actor whose life it was, unless that is forgotten
     */
    boolean takeLeft(String node, String device, long milli, Optional<ActorRecord> actor) {
        boolean concerned = false;
        for (Map.Entry<Key, Taken> room : rooms.entrySet()) {
            Taken taken = room.getValue();
            boolean mayBeHere = actor.map(PlacementGroups::groupOf)
                    .map(room.getKey().group()::equals)
                    .orElse(true);
            if (mayBeHere
                    && taken.bundle.getNode().equals(node)
                    && taken.bundle.getGpusList().contains(device)) {
                taken.devices.merge(device, milli, Long::sum);
                concerned = true;
            }
        }
        return concerned;
    }

    /** The bundles that the actor may live in, with what is free of them. */
    List<BundleRoom> candidates(PlacementGroupRecord group, NodeChoice choice, Obstacles obstacles) {
        return group.getBundlesList().stream()
                .filter(bundle -> !choice.hasBundle() || choice.getBundle() == bundle.getNumber())
                .map(bundle -> room(group, bundle, obstacles))
                .toList();
    }

    /** Why nothing can be placed on a node now; empty: something can. */
    interface Obstacles {
        String on(String node);
    }

    private BundleRoom room(PlacementGroupRecord group, BundleRecord bundle, Obstacles obstacles) {
        Resources need = bundle.getNeed().getResources();
        Taken taken = taken(group, bundle.getNumber()).orElseGet(() -> new Taken(bundle));
        Amounts total = Amounts.of(need);
        GpuRoom gpus = bundle.getGpusCount() == 0
                ? GpuRoom.ofSlots(need.getGpus(), taken.slots)
                : GpuRoom.ofDevices(bundle.getGpusList(), 1, taken.devices);
        NodeRoom room = new NodeRoom(bundle.getNode(), Map.of(), total.minus(taken.amounts), total, gpus, taken.actors);
        String obstacle = PlacementGroups.hasRoom(bundle) ? obstacles.on(bundle.getNode()) : "waits for room";
        return new BundleRoom(bundle.getNumber(), room, obstacle);
    }

    private Optional<Taken> taken(PlacementGroupRecord group, int number) {
        return Optional.ofNullable(rooms.get(new Key(group.getGroup(), number)));
    }

    /** What actors have of the bundle. */
    Resources used(PlacementGroupRecord group, int number) {
        return taken(group, number)
                .map(taken -> NodeRooms.used(taken.amounts, taken.slots))
                .orElse(Resources.getDefaultInstance());
    }

    /** How many live in the bundle. */
    int actors(PlacementGroupRecord group, int number) {
        return taken(group, number).map(taken -> taken.actors).orElse(0);
    }
}
