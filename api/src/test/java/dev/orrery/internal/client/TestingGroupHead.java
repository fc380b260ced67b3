package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.CreatePlacementGroupResponse;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.RemovePlacementGroupResponse;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupResponse;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingRpc;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A leader that says of its one placement group what a test scripts, the last for ever, and remembers what it was asked. */
final class TestingGroupHead {
    static final String GROUP = "7-1";

    final List<CreatePlacementGroupRequest> created = new CopyOnWriteArrayList<>();
    final List<ResizePlacementGroupRequest> resized = new CopyOnWriteArrayList<>();
    final List<String> removed = new CopyOnWriteArrayList<>();
    final List<String> renewed = new CopyOnWriteArrayList<>();
    final Queue<CompletableFuture<PlacementGroupView>> says = new ConcurrentLinkedQueue<>();
    final RpcServer server;

    TestingGroupHead(TestingRpc rpc) {
        server = rpc.serve(RpcHandlers.builder()
                .on(Protocol.RENEW_JOB, (connection, request) -> {
                    renewed.add(request.getJob());
                    return done(
                            RenewJobResponse.newBuilder().setLeaseMillis(60_000).build());
                })
                .on(Protocol.END_JOB, (connection, request) -> done(EndJobResponse.getDefaultInstance()))
                .on(Protocol.CREATE_PLACEMENT_GROUP, (connection, request) -> {
                    created.add(request);
                    return done(CreatePlacementGroupResponse.newBuilder()
                            .setGroup(GROUP)
                            .build());
                })
                .on(Protocol.RESIZE_PLACEMENT_GROUP, (connection, request) -> {
                    resized.add(request);
                    ResizePlacementGroupResponse.Builder response = ResizePlacementGroupResponse.newBuilder();
                    for (int i = 0; i < request.getAddCount(); i++) {
                        response.addAdded(10 + i);
                    }
                    return done(response.build());
                })
                .on(Protocol.REMOVE_PLACEMENT_GROUP, (connection, request) -> {
                    removed.add(request.getGroup());
                    return done(RemovePlacementGroupResponse.getDefaultInstance());
                })
                .on(
                        Protocol.DESCRIBE_PLACEMENT_GROUP,
                        (connection, request) -> says.size() > 1 ? says.remove() : says.element())
                .build());
    }

    static PlacementGroupView.Builder view(String state) {
        return PlacementGroupView.newBuilder()
                .setGroup(GROUP)
                .setSpec(PlacementGroupSpec.newBuilder().setName("trainers"))
                .setState(state)
                .addBundles(BundleView.newBuilder().setNumber(0));
    }

    TestingGroupHead says(PlacementGroupView.Builder view) {
        says.add(done(view.build()));
        return this;
    }

    static <R extends MessageLite> CompletableFuture<R> done(R response) {
        return CompletableFuture.completedFuture(response);
    }
}
