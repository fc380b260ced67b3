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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Hosts shareable actors, its guests: each has a queue, a thread and lives of its own; the port, the code and the process are shared.
 * Follows the complete list of those that are desired.
 */
public final class SharedWorker implements HostedActor {
    /** What is made once the process lends its environment. */
    private record Parts(GuestLife.House house, CallServer server) {
        ActorEnvironment environment() {
            return house.environment();
        }
    }

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
        parts = Optional.of(
                new Parts(new GuestLife.House(environment, job, objects, code, QueuedBytes.ofThisProcess()), server));
        onDesired(environment.desired());
        new NamedThreads("shared-worker-start").newThread(this::open).start();
    }

    private void open() {
        Parts here = parts();
        try {
            here.house().code().code().checkArtifacts();
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
        List<GuestLife> unnamed = guests.values().stream()
                .filter(guest -> !named.containsKey(guest.life()))
                .toList();
        Set<String> ending = unnamed.stream()
                .filter(guest -> !endOrForget(guest))
                .map(guest -> guest.life().getActor())
                .collect(Collectors.toSet());
        // What has ended stays until it is not named any more, so no life begins twice; and none before the last one
        // has ended.
        List<Guest> next = named.values().stream()
                .filter(guest -> !guests.containsKey(guest.getLife())
                        && !ending.contains(guest.getLife().getActor()))
                .toList();
        next.forEach(this::begin);
        if (!next.isEmpty() || !unnamed.isEmpty()) {
            parts().environment().changed();
        }
    }

    private void begin(Guest guest) {
        GuestLife begun = new GuestLife(parts().house(), guest);
        guests.put(guest.getLife(), begun);
        begun.start();
    }

    /** Returns whether nothing of it is there any more. */
    private boolean endOrForget(GuestLife guest) {
        CompletableFuture<Void> end = guest.end();
        boolean over = end.isDone();
        if (over) {
            guests.remove(guest.life(), guest);
        } else {
            var unused = end.thenRun(() -> gone(guest));
        }
        return over;
    }

    private synchronized void gone(GuestLife guest) {
        if (guests.remove(guest.life(), guest)) {
            follow();
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

    /** As all of it is at one moment. */
    @Override
    public synchronized void contributeTo(WorkerReport.Builder report) {
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
                        here.house().asking().close(), here.server().close()))
                .thenCompose(closed -> here.house().objects().close())
                .thenRun(() -> here.house().code().close());
    }
}
