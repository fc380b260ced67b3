package dev.orrery.head.placement;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is free of a node's GPUs, or of a bundle's. A slot is what an actor with one whole GPU takes; a device has as many as actors may
 * share it. All is counted in thousandths of a slot.
 *
 * @param milli of all that is free
 * @param milliTotal free or not
 * @param devices those of which something is free, the least used first; none where the slots have no devices
 */
public record GpuRoom(long milli, long milliTotal, List<Device> devices) {
    /** What is free of one. */
    record Device(String uuid, long milli) {}

    /** All may be shared by as many. */
    private static final Comparator<Device> LEAST_USED_FIRST =
            Comparator.comparingLong(Device::milli).reversed();

    public GpuRoom {
        devices = List.copyOf(devices);
    }

    /**
     * Slots without devices, of which nobody gets a certain one: parts of them are only summed up.
     *
     * @param milliTaken may be more than the total when that was made smaller
     */
    public static GpuRoom ofSlots(int total, long milliTaken) {
        long milliTotal = (long) total * GpuNeed.WHOLE;
        return new GpuRoom(Math.max(0, milliTotal - milliTaken), milliTotal, List.of());
    }

    /**
     * @param all in CUDA's order
     * @param share how many actors with a whole one each may have
     * @param milliTaken of each, which may be more than its share when that was made smaller
     */
    public static GpuRoom ofDevices(List<String> all, int share, Map<String, Long> milliTaken) {
        long milliEach = (long) share * GpuNeed.WHOLE;
        return of(
                all.size() * milliEach,
                all.stream().map(device -> new Device(device, milliEach - milliTaken.getOrDefault(device, 0L))));
    }

    private static GpuRoom of(long milliTotal, Stream<Device> devices) {
        List<Device> free = devices.filter(device -> device.milli() > 0)
                .sorted(LEAST_USED_FIRST)
                .toList();
        return new GpuRoom(free.stream().mapToLong(Device::milli).sum(), milliTotal, free);
    }

    boolean fits(GpuNeed need) {
        return devices.isEmpty() ? need.milli() <= milli : withRoom(need.milliEach()) >= need.devices();
    }

    private long withRoom(int each) {
        return devices.stream().filter(device -> device.milli() >= each).count();
    }

    /**
     * The devices of an actor that fits: the least used ones where it needs them whole; of a part the most used one that has room, so that
     * whole ones stay free.
     */
    List<String> assign(GpuNeed need) {
        return devices.stream()
                .filter(device -> device.milli() >= need.milliEach())
                .sorted(need.isPart() ? LEAST_USED_FIRST.reversed() : LEAST_USED_FIRST)
                .limit(need.devices())
                .map(Device::uuid)
                .toList();
    }

    /** What is left when an actor that fits has got its own. */
    GpuRoom without(GpuNeed need) {
        if (devices.isEmpty()) {
            return new GpuRoom(milli - need.milli(), milliTotal, List.of());
        }
        Set<String> given = Set.copyOf(assign(need));
        return of(
                milliTotal,
                devices.stream()
                        .map(device -> given.contains(device.uuid())
                                ? new Device(device.uuid(), device.milli() - need.milliEach())
                                : device));
    }

    /** Whether it would fit if all were free. */
    boolean holds(GpuNeed need) {
        return need.milli() <= milliTotal;
    }

    double load() {
        return milliTotal == 0 ? 1.0 : 1.0 - (double) milli / milliTotal;
    }

    /** "2 gpus", "2 gpus on 1 device", "1.25 gpus (1 + 0.25)". */
    @Override
    public String toString() {
        String all = Quantities.milli(milli) + " gpus";
        boolean inParts = devices.stream().anyMatch(device -> device.milli() % GpuNeed.WHOLE != 0);
        if (inParts) {
            String each = devices.stream()
                    .map(device -> Quantities.milli(device.milli()))
                    .collect(Collectors.joining(" + "));
            return devices.size() == 1 ? all : all + " (" + each + ")";
        }
        boolean severalOnOne = (long) devices.size() * GpuNeed.WHOLE < milli && !devices.isEmpty();
        return severalOnOne ? all + " on " + devices.size() + (devices.size() == 1 ? " device" : " devices") : all;
    }
}
