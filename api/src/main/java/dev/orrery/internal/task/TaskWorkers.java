package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.WithdrawTasks;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.task.LeaseRules.Demand;
import dev.orrery.internal.time.NanoClock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The workers that are leased for tasks of one shape, and the tasks that wait for them. Tasks are sent straight to workers, a few
 * ahead of what runs; the head is asked only for workers. What a worker that died had is sent again, alone, so that a task
 * that kills its worker is known for it and takes no others along. Thread-safe.
 */
final class TaskWorkers implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LATE_NANOS = 2 * TICK_NANOS;
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** To be sent once the lock is free. */
    private record Sending(TaskWorker worker, SubmittedTask task) {}

    private final ClusterClient client;
    private final Supplier<CompletableFuture<String>> ask;
    private final NanoClock clock;
    private final Object lock = new Object();
    private final TaskQueue queue = new TaskQueue();
    private final Paces paces = new Paces();
    private final ReadyWorkers ready = new ReadyWorkers();
    private final WorkerStarts starting;
    /** Neither queued nor sent: how their workers died is being found out, or an argument is brought or made again. */
    private final Set<SubmittedTask> aside = new HashSet<>();

    private long tickedNanos;
    private boolean ticking;
    private boolean closed;

    /** @param ask the leader for a worker of this shape; tells the id of the actor that it is */
    TaskWorkers(ClusterClient client, Supplier<CompletableFuture<String>> ask, NanoClock clock) {
        this.client = client;
        this.ask = ask;
        this.clock = clock;
        this.tickedNanos = clock.nanoTime();
        this.starting = new WorkerStarts(tickedNanos);
    }

    /** Its arguments are there. */
    void submit(SubmittedTask task) {
        List<Sending> sendings = List.of();
        boolean late;
        boolean rested;
        synchronized (lock) {
            late = closed;
            rested = !ticking;
            if (!late) {
                ticking = true;
                long now = clock.nanoTime();
                task.isNow(this::waiting);
                queue.add(task, paces.of(task.name()), now);
                sendings = dispatch(now);
            }
        }
        if (late) {
            task.end(closedHere());
            return;
        }
        task.result().whenComplete((value, failure) -> forget(task));
        send(sendings);
        if (rested) {
            tick();
        }
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    /** Nobody wants it; where it was sent, the call is cancelled. */
    private void forget(SubmittedTask task) {
        synchronized (lock) {
            queue.remove(task);
        }
    }

    /** Under the lock. */
    private List<Sending> dispatch(long now) {
        List<Sending> sendings = List.of();
        for (Optional<SubmittedTask> next = queue.first(); next.isPresent(); next = queue.first()) {
            SubmittedTask task = next.get();
            long expected = paces.of(task.name());
            Optional<TaskWorker> worker = ready.leastBusy(task, expected, now);
            if (worker.isEmpty()) {
                break;
            }
            queue.remove(task);
            worker.get().take(task, expected, now);
            sendings = sendings.isEmpty() ? new ArrayList<>() : sendings;
            sendings.add(new Sending(worker.get(), task));
        }
        return sendings;
    }

    private void send(List<Sending> sendings) {
        for (Sending sending : sendings) {
            SubmittedTask task = sending.task();
            TaskWorker worker = sending.worker();
            CompletableFuture<ActorCallResponse> sent = worker.send(task);
            sent.whenComplete((response, failure) -> answered(worker, task, response, failure));
            task.result().whenComplete((value, failure) -> sent.cancel(false));
        }
    }

    private void answered(TaskWorker worker, SubmittedTask task, ActorCallResponse response, Throwable failure) {
        if (failure != null) {
            failed(worker, task, ErrorCodec.unwrap(failure));
            return;
        }
        if (Delivery.isWanting(response)) {
            setAside(worker, task, worker.delivery().mend(task, response));
            return;
        }
        List<Sending> sendings;
        synchronized (lock) {
            long now = clock.nanoTime();
            worker.release(task, now);
            queue.progressed(now);
            paces.ran(task.name(), response.getRunNanos());
            sendings = dispatch(now);
        }
        send(sendings);
        try {
            KeptValue result = worker.adopt(response);
            if (!task.result().complete(result)) {
                result.release();
            }
        } catch (OrreryException e) {
            task.end(e);
        }
    }

    private void failed(TaskWorker worker, SubmittedTask task, Throwable failure) {
        TaskEnd end = task.isOver() ? TaskEnd.FAILED : TaskEnd.of(failure, task.options());
        if (end == TaskEnd.LOST) {
            lost(worker);
            return;
        }
        if (end == TaskEnd.WANTING) {
            setAside(worker, task, worker.delivery().mend(task, (OrreryException) failure));
            return;
        }
        boolean again;
        List<Sending> sendings;
        synchronized (lock) {
            long now = clock.nanoTime();
            if (!worker.release(task, now)) {
                // It was dealt with when its worker was lost.
                return;
            }
            if (end == TaskEnd.GIVEN_BACK) {
                worker.refused(now + HOLD_NANOS);
            } else if (end == TaskEnd.REPEATED) {
                task.countAttempt();
            }
            again = end == TaskEnd.GIVEN_BACK || (end == TaskEnd.REPEATED && task.survivesThrow());
            if (again) {
                putBack(task);
            }
            sendings = dispatch(now);
        }
        send(sendings);
        if (again && task.isOver()) {
            forget(task);
        }
        if (end == TaskEnd.LATE) {
            task.expire();
        } else if (!again) {
            task.end(failure);
        }
    }

    /** It was not begun, for want of an argument; another task may be what brings that about, so no worker is kept for it. */
    private void setAside(TaskWorker worker, SubmittedTask task, CompletableFuture<Void> mending) {
        List<Sending> sendings;
        synchronized (lock) {
            long now = clock.nanoTime();
            if (!worker.release(task, now)) {
                // It was dealt with when its worker was lost.
                return;
            }
            aside.add(task);
            task.isNow(() -> "waits for an argument that comes from another host, or is made again");
            sendings = dispatch(now);
        }
        send(sendings);
        mending.copy()
                .orTimeout(task.left().toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((none, trouble) -> goOn(task, Optional.ofNullable(trouble)));
    }

    private void goOn(SubmittedTask task, Optional<Throwable> trouble) {
        List<Sending> sendings = List.of();
        boolean rested = false;
        synchronized (lock) {
            if (aside.remove(task) && trouble.isEmpty() && !closed && !task.isOver()) {
                rested = !ticking;
                ticking = true;
                putBack(task);
                sendings = dispatch(clock.nanoTime());
            }
        }
        send(sendings);
        trouble.map(ErrorCodec::unwrap).ifPresent(task::endMending);
        if (task.isOver()) {
            forget(task);
        }
        if (rested) {
            tick();
        }
    }

    /** Under the lock. */
    private void putBack(SubmittedTask task) {
        task.isNow(this::waiting);
        queue.putBack(task, paces.of(task.name()));
    }

    private String waiting() {
        String reason = starting.waitsFor();
        return "waits for a worker" + (reason.isEmpty() ? "" : ": " + reason);
    }

    /** Its connection is lost, so it died or cannot be reached. Idempotent. */
    private void lost(TaskWorker worker) {
        List<SubmittedTask> doomed = new ArrayList<>();
        List<SubmittedTask> had;
        List<Sending> sendings;
        synchronized (lock) {
            if (closed || !ready.remove(worker)) {
                return;
            }
            had = worker.releaseAll().stream().filter(task -> !task.isOver()).toList();
            boolean alone = had.size() == 1;
            for (SubmittedTask task : had) {
                task.countAttempt();
                task.suspect();
                if (task.survivesDeath(alone)) {
                    putBack(task);
                } else {
                    doomed.add(task);
                }
            }
            aside.addAll(doomed);
            sendings = dispatch(clock.nanoTime());
        }
        send(sendings);
        had.stream().filter(SubmittedTask::isOver).forEach(this::forget);
        worker.connection().close();
        if (doomed.isEmpty()) {
            end(worker);
        } else {
            // Before anything is done about it, or that would be the cause.
            WorkerDeath.tell(client, worker, doomed).thenRun(() -> {
                synchronized (lock) {
                    aside.removeAll(doomed);
                }
                end(worker);
            });
        }
    }

    /** Should it live, where it cannot be reached. */
    private void end(TaskWorker worker) {
        WorkerStart.end(client, worker.life().getActor());
    }

    /** What time alone brings about. */
    private void tick() {
        List<SubmittedTask> expired;
        List<TaskWorker> stuck;
        List<TaskWorker> idle;
        List<WorkerStart> looks;
        List<WorkerStart> unwanted;
        List<WorkerStart> begun = new ArrayList<>();
        List<Sending> sendings;
        boolean goesOn;
        synchronized (lock) {
            long now = clock.nanoTime();
            // After a pause of this process the answers may be here already, unread.
            boolean late = now - tickedNanos > LATE_NANOS;
            tickedNanos = now;
            expired = queue.takeExpired(now);
            sendings = dispatch(now);
            stuck = late ? List.of() : ready.startWithdrawals(now);
            idle = ready.takeIdle(now);
            unwanted = queue.isEmpty() ? starting.takeUnplaced() : List.of();
            starting.seen();
            looks = starting.all();
            int toStart = closed || !starting.mayStart(now) ? 0 : LeaseRules.toStart(demand(now));
            for (int i = 0; i < toStart; i++) {
                begun.add(new WorkerStart(client, ask.get(), now));
            }
            begun.forEach(starting::add);
            goesOn = !closed && !(queue.isEmpty() && ready.isEmpty() && starting.size() == 0);
            ticking = goesOn;
        }
        send(sendings);
        expired.forEach(SubmittedTask::expire);
        stuck.forEach(
                worker -> worker.connection().notify(Protocol.WITHDRAW_TASKS, WithdrawTasks.getDefaultInstance()));
        idle.forEach(worker -> WorkerReturn.begin(client, worker));
        unwanted.forEach(WorkerStart::giveUp);
        begun.forEach(this::follow);
        looks.forEach(start -> start.look(clock.nanoTime()));
        if (goesOn) {
            tickLater();
        }
    }

    private Demand demand(long now) {
        return new Demand(queue.size(), queue.backlogNanos(), queue.stalledNanos(now), ready.size(), starting.size());
    }

    private void tickLater() {
        try {
            client.leader().schedule(this::tick, TICK_NANOS);
        } catch (OrreryException e) {
            // The client was closed.
            close();
        }
    }

    private void follow(WorkerStart start) {
        start.result().whenComplete((started, failure) -> {
            if (failure == null) {
                started(start, started);
            } else {
                notStarted(start, ErrorCodec.unwrap(failure));
            }
        });
    }

    private void started(WorkerStart start, WorkerStart.Started started) {
        TaskWorker worker = new TaskWorker(started.view(), started.connection(), client.exchange(), clock.nanoTime());
        List<Sending> sendings;
        synchronized (lock) {
            if (!starting.succeeded(start)) {
                started.connection().close();
                return;
            }
            ready.add(worker);
            sendings = dispatch(clock.nanoTime());
        }
        send(sendings);
        var unused = worker.connection().closed().thenAccept(why -> lost(worker));
    }

    private void notStarted(WorkerStart start, Throwable failure) {
        List<SubmittedTask> failed;
        synchronized (lock) {
            failed = starting.failed(start, failure, !ready.isEmpty(), clock.nanoTime()) ? queue.takeAll() : List.of();
        }
        failed.forEach(task -> task.end(failure));
    }

    /** Ends the connections; tasks that are not done fail with CANCELLED. Its workers end with the job. Idempotent. */
    @Override
    public void close() {
        List<SubmittedTask> undone;
        List<TaskWorker> last;
        synchronized (lock) {
            closed = true;
            ticking = false;
            undone = new ArrayList<>(queue.takeAll());
            last = ready.takeAll();
            starting.clear();
            last.forEach(worker -> undone.addAll(worker.releaseAll()));
            undone.addAll(aside);
            aside.clear();
        }
        undone.forEach(task -> task.end(closedHere()));
        last.forEach(worker -> worker.connection().close());
    }
}
