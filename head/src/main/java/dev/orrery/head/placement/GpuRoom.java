package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What is free of a node's GPUs, or of a bundle's.
 *
 * @param slots that are free
 * @param total slots, free or not
 * @param devices those with a free slot, the least used first; none where the slots have no devices
 */
public record GpuRoom(int slots, int total, List<Device> devices) {
    /**
     * One GPU.
     *
     * @param slots of it that are free
     */
    record Device(String uuid, int slots) {}

    /** All may be shared by as many. */
    private static final Comparator<Device> LEAST_USED_FIRST =
            Comparator.comparingInt(Device::slots).reversed();

    public GpuRoom {
        devices = List.copyOf(devices);
    }

    /**
     * Slots without devices.
     *
     * @param taken may be more than the total when that was made smaller
     */
    public static GpuRoom ofSlots(int total, int taken) {
        return new GpuRoom(Math.max(0, total - taken), total, List.of());
    }

    /**
     * @param all in CUDA's order
     * @param share how many actors each may have
     * @param taken how many each has, which may be more than its share when that was made smaller
     */
    public static GpuRoom ofDevices(List<String> all, int share, Map<String, Integer> taken) {
        List<Device> free = all.stream()
                .map(device -> new Device(device, share - taken.getOrDefault(device, 0)))
                .filter(device -> device.slots() > 0)
                .sorted(LEAST_USED_FIRST)
                .toList();
        return new GpuRoom(slots(free), all.size() * share, free);
    }

    private static int slots(List<Device> devices) {
        return devices.stream().mapToInt(Device::slots).sum();
    }

    /** The most that one actor can get: each of its GPUs is another one. */
    int widest() {
        return devices.isEmpty() ? slots : devices.size();
    }

    boolean fits(int count) {
        return count <= widest();
    }

    /** The devices of an actor that fits. */
    List<String> assign(int count) {
        return devices.isEmpty()
                ? List.of()
                : devices.subList(0, count).stream().map(Device::uuid).toList();
    }

    /** What is left when an actor that fits has got its own. */
    GpuRoom without(int count) {
        if (devices.isEmpty()) {
            return new GpuRoom(slots - count, total, List.of());
        }
        List<Device> left = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            Device device = devices.get(i);
            int free = i < count ? device.slots() - 1 : device.slots();
            if (free > 0) {
                left.add(new Device(device.uuid(), free));
            }
        }
        left.sort(LEAST_USED_FIRST);
        return new GpuRoom(slots(left), total, left);
    }

    double load() {
        return total == 0 ? 1.0 : 1.0 - (double) slots / total;
    }

    @Override
    public String toString() {
        String on = widest() < slots ? " on " + widest() + (widest() == 1 ? " device" : " devices") : "";
        return slots + " gpus" + on;
    }
}
