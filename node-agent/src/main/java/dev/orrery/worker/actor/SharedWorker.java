package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.HostedActor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts shareable actors, its guests: each has a queue, a thread and lives of its own; the port, the code and the process are shared.
 * Follows the complete list of those that are desired.
 */
public final class SharedWorker implements HostedActor {
    /** What is made once the process lends its environment. */
    private record Parts(
            ActorEnvironment environment, OwnJob job, WorkerObjects objects, ActorCode code, CallServer server) {}

    private final Map<ActorLife, GuestLife> guests = new ConcurrentHashMap<>();
    private volatile Optional<Parts> parts = Optional.empty();
    private List<Guest> desired = List.of();
    private boolean open;
    private boolean stopping;

    @Override
    public void start(ActorEnvironment environment) {
        WorkerObjects objects = WorkerObjects.of(environment);
        OwnJob job = new OwnJob(environment, objects.exchange());
        ActorCode code = ActorCode.of(environment.launch().artifacts(), job);
        CallServer server = new CallServer(environment, this::call, objects.results(), Optional.empty());
        parts = Optional.of(new Parts(environment, job, objects, code, server));
        onDesired(environment.desired());
        new NamedThreads("shared-worker-start").newThread(this::open).start();
    }

    private void open() {
        Parts here = parts();
        try {
            here.code().code().checkArtifacts();
            here.server().start();
        } catch (RuntimeException e) {
            here.environment()
                    .fatal(Failure.of(OrreryException.of(
                            ErrorCode.START_FAILED,
                            "the shared worker " + here.environment().desired().getLabel() + " could not be started",
                            e)));
            return;
        }
        synchronized (this) {
            open = true;
            follow();
        }
        here.environment().changed();
    }

    private Parts parts() {
        return parts.orElseThrow(() -> new IllegalStateException("the worker was not started"));
    }

    @Override
    public synchronized void onDesired(DesiredWorker newest) {
        desired = newest.getGuestsList();
        follow();
    }

    private void follow() {
        if (!open || stopping) {
            return;
        }
        Map<ActorLife, Guest> named = new LinkedHashMap<>();
        desired.forEach(guest -> named.put(guest.getLife(), guest));
        guests.forEach((life, guest) -> {
            if (!named.containsKey(life)) {
                var unused = guest.end().thenRun(() -> forget(life, guest));
            }
        });
        // What has ended stays until it is not named any more, so no life begins twice.
        named.forEach((life, guest) -> {
            if (!guests.containsKey(life)) {
                Parts here = parts();
                GuestLife begun = new GuestLife(here.environment(), guest, here.code(), here.objects());
                guests.put(life, begun);
                begun.start();
            }
        });
    }

    private void forget(ActorLife life, GuestLife guest) {
        if (guests.remove(life, guest)) {
            parts().environment().changed();
        }
    }

    private CompletableFuture<ActorCallResponse> call(RpcConnection caller, ActorCallRequest request) {
        GuestLife guest = guests.get(request.getLife());
        if (guest == null) {
            throw OrreryException.of(
                    ErrorCode.FENCED,
                    "the call is for %s#%d, which does not live in shared worker %s"
                            .formatted(
                                    request.getLife().getActor(),
                                    request.getLife().getIncarnation(),
                                    parts().environment().desired().getLabel()),
                    Map.of("actor", request.getLife().getActor()));
        }
        return guest.call(caller, request);
    }

    /** No guest is a member of a world. */
    @Override
    public void onWorldReady(World world) {}

    @Override
    public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {}

    @Override
    public synchronized WorkerState state() {
        return open ? WorkerState.OPEN : WorkerState.OPENING;
    }

    @Override
    public void contributeTo(WorkerReport.Builder report) {
        parts().server().address().ifPresent(address -> report.setRpcAddress(address.toMessage()));
        guests.values().forEach(guest -> report.addGuests(guest.report()));
    }

    @Override
    public boolean linked() {
        return parts().server().linked();
    }

    @Override
    public CompletableFuture<Void> stop() {
        if (parts.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        synchronized (this) {
            stopping = true;
            guests.values().forEach(guest -> ends.add(guest.end()));
        }
        Parts here = parts();
        return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                .thenCompose(ended -> CompletableFuture.allOf(
                        here.job().close(), here.server().close()))
                .thenCompose(closed -> here.objects().close())
                .thenRun(() -> here.code().close());
    }
}
