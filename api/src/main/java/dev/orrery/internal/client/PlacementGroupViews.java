package dev.orrery.internal.client;

import dev.orrery.BundleStatus;
import dev.orrery.PlacementGroupState;
import dev.orrery.PlacementGroupStatus;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.Optional;

/** What the leader says of placement groups, for users. */
final class PlacementGroupViews {
    private PlacementGroupViews() {}

    static PlacementGroupStatus status(PlacementGroupView view) {
        return new PlacementGroupStatus(
                view.getGroup(),
                given(view.getSpec().getName()),
                PlacementGroupState.valueOf(view.getState()),
                PlacementMessages.strategy(view.getSpec().getStrategy()),
                view.getBundlesList().stream().map(PlacementGroupViews::bundle).toList(),
                given(view.getReason()),
                view.hasCause() ? Optional.of(ErrorCodec.fromMessage(view.getCause())) : Optional.empty());
    }

    private static BundleStatus bundle(BundleView bundle) {
        return new BundleStatus(bundle.getNumber(), given(bundle.getNode()), bundle.getGpusList(), bundle.getActors());
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(known -> !known.isEmpty());
    }

    /** For people. */
    static String describe(PlacementGroupStatus status) {
        return "placement group "
                + status.name()
                        .map(name -> "'" + name + "' (" + status.id() + ")")
                        .orElse(status.id());
    }
}
