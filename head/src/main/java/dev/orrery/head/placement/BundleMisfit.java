package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.List;

/**
 * Why an actor has no room in its placement group.
 *
 * @param group for people: "placement group 'trainers'"
 * @param bundles that would do
 */
public record BundleMisfit(Demand demand, String group, List<BundleRoom> bundles) {
    private static final int MOST_TOLD = 8;

    public BundleMisfit {
        bundles = List.copyOf(bundles);
    }

    /** What is needed, and what each of the bundles holds and has free. */
    public String explain() {
        AmountWords words = AmountWords.of(List.of(demand));
        List<String> parts = new ArrayList<>(List.of(demand.who() + " needs " + words.need(demand) + " of " + group));
        bundles.stream().limit(MOST_TOLD).map(bundle -> tell(words, bundle)).forEach(parts::add);
        if (bundles.size() > MOST_TOLD) {
            parts.add("so many more bundles: " + (bundles.size() - MOST_TOLD));
        }
        if (bundles.stream().noneMatch(bundle -> bundle.holds(demand))) {
            parts.add(bundles.size() == 1 ? "the bundle is too small for it" : "no bundle is large enough");
        }
        return String.join("; ", parts);
    }

    private static String tell(AmountWords words, BundleRoom bundle) {
        NodeRoom room = bundle.room();
        String holds = "holds "
                + words.amounts(room.total(), Quantities.milli(room.gpus().milliTotal()) + " gpus");
        if (room.node().isEmpty()) {
            return "bundle %d, which %s, %s".formatted(bundle.number(), bundle.obstacle(), holds);
        }
        return "bundle %d on %s %s, free: %s%s"
                .formatted(
                        bundle.number(),
                        room.node(),
                        holds,
                        words.amounts(room.free(), room.gpus().toString()),
                        bundle.obstacle().isEmpty() ? "" : ", but " + bundle.obstacle());
    }
}
