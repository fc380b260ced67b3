package dev.orrery;

import dev.orrery.internal.client.GroupReserving;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a driver holds of a placement group that it created or found. */
final class ReservedGroup implements PlacementGroup {
    private static final Duration REMOVE_TIMEOUT = Duration.ofMinutes(1);

    private final GroupReserving reserving;
    private final String id;
    private final Optional<String> name;

    ReservedGroup(GroupReserving reserving, String id, Optional<String> name) {
        this.reserving = reserving;
        this.id = id;
        this.name = name;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Optional<String> name() {
        return name;
    }

    @Override
    public CompletableFuture<PlacementGroup> ready() {
        return reserving.ready(id, this);
    }

    @Override
    public PlacementGroup awaitReady(Duration timeout) {
        reserving.awaitReady(id, UserDurations.checked("timeout", timeout));
        return this;
    }

    @Override
    public PlacementGroupStatus status() {
        return reserving.status(id);
    }

    @Override
    public List<Integer> addBundles(int count, Consumer<BundleOptions.Builder> options) {
        return reserving.resize(id, PlacementGroupBuilder.checked(count, options), List.of());
    }

    @Override
    public void removeBundles(int... numbers) {
        List<Integer> removed = Arrays.stream(numbers).boxed().toList();
        if (!removed.isEmpty()) {
            reserving.resize(id, List.of(), removed);
        }
    }

    @Override
    public void remove() {
        remove(REMOVE_TIMEOUT);
    }

    @Override
    public void remove(Duration timeout) {
        reserving.remove(id, UserDurations.checked("timeout", timeout));
    }

    /** Whether it is the same group. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ReservedGroup group && group.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "placement group " + name.map(known -> known + " (" + id + ")").orElse(id);
    }
}
