package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.NodeChoice.Policy;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks what a placement group is to be. */
final class PlacementGroupSpecs {
    static final int MOST_BUNDLES = 500;

    /** The record holds more than the bundles, and 64 KB is the limit of a record. */
    private static final int MAX_BYTES = 56 * 1024;

    /** Its node, of at most 64 characters, and what is around it. */
    private static final int BYTES_PER_BUNDLE = 90;
    /** A UUID. */
    private static final int BYTES_PER_GPU = 45;

    private PlacementGroupSpecs() {}

    /** Throws INVALID_ARGUMENT with everything that is wrong. */
    static void check(CreatePlacementGroupRequest request) {
        PlacementGroupSpec spec = request.getSpec();
        List<String> errors = new ArrayList<>();
        if (!spec.getName().isEmpty()) {
            NameRules.wrong("a placement group", spec.getName()).ifPresent(errors::add);
        }
        if (!spec.getJob().isEmpty()) {
            errors.addAll(JobService.errors(request.getJob(), spec.getJob()));
        }
        if (spec.getStrategy() == Strategy.UNRECOGNIZED) {
            errors.add("this head does not know the strategy");
        }
        if (request.getBundlesCount() == 0) {
            errors.add("a placement group has at least one bundle");
        }
        checkBundles(errors, request.getBundlesList(), 0);
        checkSize(errors, request.getBundlesList());
        refuse(errors, spec.getName().isEmpty() ? "placement group" : "placement group '" + spec.getName() + "'");
    }

    static void refuse(List<String> errors, String who) {
        if (!errors.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, who + ": " + String.join("; ", errors), Map.of());
        }
    }

    /** @param first the number of the first of them */
    static void checkBundles(List<String> errors, List<PlacementBundle> bundles, int first) {
        for (int i = 0; i < bundles.size(); i++) {
            PlacementBundle bundle = bundles.get(i);
            String who = "bundle " + (first + i) + ": ";
            NeededPlacement.check(errors, who, bundle.getResources(), bundle.getNodeChoice());
            NeededPlacement.checkNoGroup(errors, who, bundle.getNodeChoice());
            if (bundle.getResources().getMilliGpu() != 0) {
                errors.add(who + "a bundle has whole GPUs; what is placed in it may have parts of them");
            }
            if (bundle.getNodeChoice().getPolicy() != Policy.EVEN) {
                errors.add(who + "the group's strategy decides where it goes");
            }
        }
    }

    /** Of all bundles of a group, with room for all that their records will ever hold. */
    static void checkSize(List<String> errors, List<PlacementBundle> bundles) {
        if (bundles.size() > MOST_BUNDLES) {
            errors.add("a placement group has at most " + MOST_BUNDLES + " bundles, not " + bundles.size());
            return;
        }
        long bytes = bundles.stream()
                .mapToLong(bundle -> bundle.getSerializedSize()
                        + BYTES_PER_BUNDLE
                        + (long) BYTES_PER_GPU * bundle.getResources().getGpus())
                .sum();
        if (bytes > MAX_BYTES) {
            errors.add("its bundles have up to " + bytes + " bytes, more than " + MAX_BYTES
                    + "; use several groups, or fewer and larger bundles");
        }
    }
}
