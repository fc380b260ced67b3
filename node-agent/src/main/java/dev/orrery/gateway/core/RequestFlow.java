package dev.orrery.gateway.core;

import dev.orrery.error.OrreryException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Moves requests: accepted, sent, replayed, ended. Owns them, their credits and what is remembered of them. */
final class RequestFlow {
    private static final long MAX_DEADLINE_MILLIS = TimeUnit.DAYS.toMillis(7);

    /** What happened to requests since the start. */
    record Counts(long accepted, long answered, long failed, long rejected, long replayed, long lateAnswersDropped) {}

    private final GatewayOptions options;
    private final RoutingView view;
    private final List<Effect> effects;
    private final EventLog events;
    private final RequestTable requests = new RequestTable();
    private final Credits credits = new Credits();
    private final RememberedOutcomes remembered;
    private final PathPicker picker;
    private final Solitude solitude = new Solitude();
    private final ReplayPolicy replays;
    private final RequestErrors errors;
    private final Batcher batcher;
    private long lastId;
    private boolean stopping;
    private long accepted;
    private long answered;
    private long failed;
    private long rejected;
    private long replayed;
    private long late;

    RequestFlow(
            GatewayOptions options, RoutingView view, RandomGenerator random, List<Effect> effects, EventLog events) {
        this.options = options;
        this.view = view;
        this.effects = effects;
        this.events = events;
        this.remembered = new RememberedOutcomes(options.memory());
        this.picker = new PathPicker(random);
        this.errors = new RequestErrors(options);
        this.replays = new ReplayPolicy(options, errors);
        this.batcher = Batcher.ONE_BY_ONE;
        // No two lives of a gateway name two requests alike, so logs of replicas can be read.
        this.lastId = options.gateway().incarnation() << 40;
    }

    void submit(Submission submission, long now) {
        Optional<Outcome> known = remembered.find(submission.key(), now);
        Optional<Request> running = requests.find(submission.key());
        if (known.isPresent()) {
            turnAway(submission, known.get());
        } else if (running.isPresent()) {
            requests.attach(running.get(), submission.waiter());
            effects.add(new Effect.Release(submission.payload()));
        } else {
            accept(submission, now);
        }
    }

    private void accept(Submission submission, long now) {
        long size = submission.payload().byteSize();
        if (stopping) {
            reject(submission, errors.stopping(submission.key()));
        } else if (requests.queued() >= options.queueCapacity()) {
            reject(submission, errors.queueFull(submission.key(), requests.queued(), waitsFor()));
        } else if (requests.size() > 0 && requests.heldBytes() + size > options.heldBytes()) {
            reject(submission, errors.bytesFull(submission.key(), requests.heldBytes(), size));
        } else {
            long asked = submission.deadlineMillis();
            long millis = asked > 0 ? asked : options.defaultDeadline().toMillis();
            long deadline = now + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, MAX_DEADLINE_MILLIS));
            accepted++;
            lastId++;
            requests.accept(new Request(lastId, submission, now, deadline));
        }
    }

    private void reject(Submission submission, OrreryException why) {
        rejected++;
        turnAway(submission, new Outcome.Failed(why));
    }

    private void turnAway(Submission submission, Outcome outcome) {
        effects.add(new Effect.Complete(List.of(submission.waiter()), outcome));
        effects.add(new Effect.Release(submission.payload()));
    }

    /** @param cancel whether the client wants no answer, rather than only having lost its connection */
    void detach(long waiter, boolean cancel) {
        requests.detach(waiter)
                .filter(request -> cancel && request.waiters().isEmpty())
                .ifPresent(request -> fail(request, errors.cancelled(request)));
    }

    /** Sends from the queue as long as there are paths. */
    void dispatch(long now) {
        dispatchAlone();
        while (!requests.queue().isEmpty()) {
            List<Request> group = batcher.next(requests.queue(), now);
            Optional<PathPicker.Path> path =
                    group.isEmpty() ? Optional.empty() : picker.pick(view.graph(), group.size());
            if (path.isEmpty()) {
                return;
            }
            group.forEach(request -> send(request, path.get(), false));
        }
    }

    private void dispatchAlone() {
        Optional<Request> next = requests.nextAlone();
        if (next.isEmpty()) {
            solitude.reserve(List.of());
        } else if (!solitude.isTaken()) {
            Optional<PathPicker.Path> idle = picker.pickIdle(view.graph());
            if (idle.isPresent()) {
                solitude.begin(send(next.get(), idle.get(), true));
            } else {
                solitude.reserve(picker.pickLeastLoaded(view.graph())
                        .map(PathPicker.Path::replicas)
                        .orElse(List.of()));
            }
        }
    }

    private Attempt send(Request request, PathPicker.Path path, boolean alone) {
        requests.dequeue(request);
        Attempt attempt = request.sentOver(path, alone);
        credits.take(attempt);
        effects.add(new Effect.Send(
                request.id(), attempt.number(), attempt.path(), request.deadlineNanos(), request.payload()));
        return attempt;
    }

    void answered(long id, int number, Payload answer) {
        credits.find(id, number).ifPresent(credits::returnAll);
        Optional<Request> request = requests.find(id);
        if (request.isEmpty()) {
            late++;
            return;
        }
        answered++;
        finish(request.get(), new Outcome.Answered(answer, request.get().attempts()));
    }

    /** User code threw: the attempt went no further than there. */
    void failed(Life life, long id, int number, OrreryException why) {
        credits.find(id, number).filter(attempt -> attempt.indexOf(life) >= 0).ifPresent(credits::returnAll);
        requests.find(id)
                .filter(request -> onCurrentPath(request, number, life))
                .ifPresent(request -> fail(request, why));
    }

    void cancelAcknowledged(Life life, long id, int number) {
        credits.find(id, number).ifPresent(attempt -> {
            int index = attempt.indexOf(life);
            if (index >= 0) {
                credits.returnAt(attempt, index);
            }
        });
    }

    /** Takes back the credits; the request, if it waits for exactly this attempt, is still to be replayed. */
    Optional<Request> refused(Life life, long id, int number) {
        credits.find(id, number).ifPresent(attempt -> {
            int index = attempt.indexOf(life);
            if (index >= 0) {
                credits.returnThrough(attempt, index);
            }
        });
        return requests.find(id).filter(request -> onCurrentPath(request, number, life));
    }

    private static boolean onCurrentPath(Request request, int number, Life life) {
        return request.current()
                .filter(attempt -> attempt.number() == number && attempt.indexOf(life) >= 0)
                .isPresent();
    }

    /** The replica is gone. Returns how many requests are sent again because of it. */
    int replicaGone(ReplicaSlot slot, String why, boolean died, long now) {
        List<Request> lost = inFlightAt(slot);
        List<Request> touched = slot.holding().stream()
                .map(Attempt::request)
                .filter(requests::isOpen)
                .distinct()
                .toList();
        if (died) {
            slot.holding().forEach(attempt -> attempt.request().suspicion().died(attempt, slot, why));
        }
        // Before the replays, so that nobody is asked to cancel what is gone.
        credits.returnOf(slot);
        int replayed =
                replay(lost, ReplayPolicy.Cause.REPLICA_LOST, "replica " + slot.name() + " lost (" + why + ")", now);
        for (Request request : touched) {
            if (requests.isOpen(request) && request.suspicion().isPoisoned()) {
                poisoned(request, errors.poisoned(request), now);
            } else if (requests.isQueued(request)) {
                requests.enqueue(request);
            }
        }
        return replayed;
    }

    /** A life was heard of after it had seemed dead. */
    void lives(Life life) {
        requests.all().forEach(request -> request.suspicion().lives(life));
    }

    /** Of the two ends of a world that is of no use any more, one may have died, and of these requests. */
    void suspect(List<Request> lost, long world, Optional<Life> knownAlive) {
        for (Request request : lost) {
            request.current().ifPresent(attempt -> attempt.endsOf(world).stream()
                    .filter(end -> !knownAlive.equals(Optional.of(end.life())))
                    .forEach(end -> request.suspicion().mayHaveDied(attempt, end)));
        }
    }

    List<Request> inFlightAt(ReplicaSlot slot) {
        return requests.inFlight(attempt -> attempt.replicas().contains(slot));
    }

    List<Request> inFlightOver(long world) {
        return requests.inFlight(attempt -> attempt.path().contains(world));
    }

    /** Back to the queue, or to the client if they were sent often enough. Returns how many go on. */
    int replay(List<Request> lost, ReplayPolicy.Cause cause, String why, long now) {
        int goingOn = 0;
        for (Request request : lost) {
            request.causes().add("attempt " + request.attempts() + ": " + why);
            Optional<OrreryException> objection = replays.objection(request, cause);
            if (request.suspicion().isPoisoned()) {
                poisoned(request, objection.orElseThrow(), now);
            } else if (objection.isPresent()) {
                fail(request, objection.get());
            } else {
                supersede(request);
                requests.enqueue(request);
                replayed++;
                goingOn++;
            }
        }
        return goingOn;
    }

    private void poisoned(Request request, OrreryException why, long now) {
        events.requestPoisoned(now, why.detail() + " [request=" + request.key() + "]");
        fail(request, why);
    }

    void expire(long now) {
        while (true) {
            Optional<Request> next = requests.firstDeadline().filter(first -> first.deadlineNanos() - now <= 0);
            if (next.isEmpty()) {
                return;
            }
            fail(next.get(), errors.expired(next.get(), waitsFor(next.get()), now));
        }
    }

    void stop() {
        stopping = true;
        requests.all().forEach(request -> fail(request, errors.stopping(request.key())));
    }

    private void fail(Request request, OrreryException why) {
        failed++;
        finish(request, new Outcome.Failed(why));
    }

    private void finish(Request request, Outcome outcome) {
        List<Long> waiters = List.copyOf(request.waiters());
        requests.remove(request);
        supersede(request);
        remembered.remember(request, outcome);
        if (!waiters.isEmpty()) {
            effects.add(new Effect.Complete(waiters, outcome));
        }
        effects.add(new Effect.Release(request.payload()));
    }

    /** The attempt keeps its credits until each replica that holds it says that it has done with it. */
    private void supersede(Request request) {
        request.current().ifPresent(attempt -> attempt.heldAt()
                .forEach(slot ->
                        effects.add(new Effect.Cancel(slot.life(), slot.link(), request.id(), attempt.number()))));
        request.supersede();
    }

    void forgetOldOutcomes(long now) {
        remembered.forgetOld(now);
    }

    OptionalLong nextDeadline() {
        return requests.firstDeadline()
                .map(request -> OptionalLong.of(request.deadlineNanos()))
                .orElse(OptionalLong.empty());
    }

    private String waitsFor(Request request) {
        return request.suspicion().travelsAlone()
                ? "replicas that have nothing else, as it travels alone ("
                        + request.suspicion().text() + "), and for " + waitsFor()
                : waitsFor();
    }

    private String waitsFor() {
        return PathPicker.waitsFor(view.graph());
    }

    int queued() {
        return requests.queued();
    }

    int inFlight() {
        return requests.size() - requests.queued();
    }

    long heldBytes() {
        return requests.heldBytes();
    }

    int attemptsHoldingCredit() {
        return credits.attemptsHolding();
    }

    int rememberedOutcomes() {
        return remembered.size();
    }

    Counts counts() {
        return new Counts(accepted, answered, failed, rejected, replayed, late);
    }
}
