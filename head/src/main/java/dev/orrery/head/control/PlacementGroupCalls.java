package dev.orrery.head.control;

import dev.orrery.head.service.PlacementGroupService;
import dev.orrery.head.view.PlacementGroupViews;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.CreatePlacementGroupResponse;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.RemovePlacementGroupResponse;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupResponse;
import java.util.concurrent.CompletableFuture;

/** What drivers ask the leader about placement groups. */
final class PlacementGroupCalls {
    private PlacementGroupCalls() {}

    static CompletableFuture<CreatePlacementGroupResponse> create(
            ControlPlane control, CreatePlacementGroupRequest request) {
        String what = "create placement group " + request.getSpec().getName();
        return control.mutate(what, draft -> PlacementGroupService.create(draft, request));
    }

    static CompletableFuture<ResizePlacementGroupResponse> resize(
            ControlPlane control, ResizePlacementGroupRequest request) {
        String what = "resize placement group " + request.getGroup();
        return control.mutate(what, draft -> PlacementGroupService.resize(draft, request));
    }

    static CompletableFuture<RemovePlacementGroupResponse> remove(
            ControlPlane control, RemovePlacementGroupRequest request) {
        String what = "remove placement group " + request.getGroup();
        return control.mutate(what, draft -> PlacementGroupService.remove(draft, request));
    }

    static CompletableFuture<PlacementGroupView> describe(ControlPlane control, DescribePlacementGroupRequest request) {
        return control.ask(leading -> PlacementGroupViews.of(
                leading.state(), PlacementGroupService.find(leading.state().records(), request)));
    }
}
