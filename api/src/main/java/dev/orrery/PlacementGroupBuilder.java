package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.GroupReserving;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Collects what a placement group is to set aside. Not thread-safe. */
public final class PlacementGroupBuilder {
    static final int MOST_BUNDLES = 500;

    private final GroupReserving reserving;
    private final Optional<String> name;
    private final List<BundleOptions> bundles = new ArrayList<>();
    private final List<String> wrongCounts = new ArrayList<>();
    private PlacementStrategy strategy = PlacementStrategy.PACK;
    private boolean detached;

    PlacementGroupBuilder(GroupReserving reserving, Optional<String> name) {
        this.reserving = reserving;
        this.name = name;
    }

    /** Adds a bundle; they are numbered from 0, in their order. */
    public PlacementGroupBuilder bundle(Consumer<BundleOptions.Builder> options) {
        bundles.add(built(options));
        return this;
    }

    /** Adds so many bundles of one kind. A group has up to 500. */
    public PlacementGroupBuilder bundles(int count, Consumer<BundleOptions.Builder> options) {
        BundleOptions each = built(options);
        wrongCount(count).ifPresent(wrongCounts::add);
        for (int i = 0; i < Math.min(count, MOST_BUNDLES + 1); i++) {
            bundles.add(each);
        }
        return this;
    }

    /** Default PACK. */
    public PlacementGroupBuilder strategy(PlacementStrategy value) {
        strategy = Given.given("the strategy", value);
        return this;
    }

    /**
     * Stays when the {@link Orrery} that creates it closes or its process dies; others find it by its name. By default a group is
     * removed then, at once or when the job's lease is over.
     */
    public PlacementGroupBuilder detached() {
        detached = true;
        return this;
    }

    /**
     * Returns once the leader knows the group, before its bundles have their room: see {@link PlacementGroup#ready}. Throws
     * INVALID_ARGUMENT, with all that is wrong, or ALREADY_EXISTS (its name).
     */
    public PlacementGroup create() {
        List<String> errors = new ArrayList<>(wrongCounts);
        if (name.filter(String::isEmpty).isPresent()) {
            errors.add("the name is empty; a group without one is made by placementGroup()");
        }
        if (bundles.isEmpty() && wrongCounts.isEmpty()) {
            errors.add("a placement group has at least one bundle");
        }
        if (bundles.size() > MOST_BUNDLES && wrongCounts.isEmpty()) {
            errors.add("a placement group has at most " + MOST_BUNDLES + " bundles");
        }
        bundles.stream().distinct().forEach(bundle -> bundle.errors()
                .forEach(error -> errors.add(about(bundle) + error)));
        refuse(errors, name.map(known -> Map.of("placement-group", known)).orElse(Map.of()));
        String id = reserving.create(new GroupReserving.Options(name, strategy, bundles, detached));
        return new ReservedGroup(reserving, id, name);
    }

    private String about(BundleOptions bundle) {
        return "bundle " + bundles.indexOf(bundle) + ": ";
    }

    private static BundleOptions built(Consumer<BundleOptions.Builder> options) {
        BundleOptions.Builder builder = new BundleOptions.Builder();
        Given.given("what tells the options of a bundle", options).accept(builder);
        return builder.build();
    }

    /** For what is added to a group later. Throws INVALID_ARGUMENT. */
    static List<BundleOptions> checked(int count, Consumer<BundleOptions.Builder> options) {
        BundleOptions each = built(options);
        List<String> errors = new ArrayList<>(each.errors());
        wrongCount(count).ifPresent(errors::add);
        refuse(errors, Map.of());
        return Collections.nCopies(count, each);
    }

    private static Optional<String> wrongCount(int count) {
        return count >= 1 && count <= MOST_BUNDLES
                ? Optional.empty()
                : Optional.of("so many bundles at a time: 1 to " + MOST_BUNDLES + ", not " + count);
    }

    private static void refuse(List<String> errors, Map<String, String> ids) {
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, String.join("; ", errors), ids);
        }
    }
}
