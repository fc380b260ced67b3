package dev.orrery.head.placement;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What is free of a node's GPUs.
 *
 * @param slots that are free
 * @param total slots, free or not
 * @param devices those with a free slot, by UUID, the least used first; none where the slots have no devices
 */
public record GpuRoom(int slots, int total, List<String> devices) {
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
        List<String> free = all.stream()
                .filter(device -> taken.getOrDefault(device, 0) < share)
                .sorted(Comparator.comparingInt(device -> taken.getOrDefault(device, 0)))
                .toList();
        int slots = free.stream()
                .mapToInt(device -> share - taken.getOrDefault(device, 0))
                .sum();
        return new GpuRoom(slots, all.size() * share, free);
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
        return devices.isEmpty() ? List.of() : devices.subList(0, count);
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
