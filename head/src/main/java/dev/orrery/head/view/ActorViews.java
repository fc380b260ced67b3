package dev.orrery.head.view;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.SharedWorkers;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import java.util.function.Supplier;

/** An actor, where it runs, and what went wrong with it. */
public final class ActorViews {
    private ActorViews() {}

    public static ActorView of(ClusterState state, ActorRecord actor, long nowNanos) {
        return of(state, () -> new Rooms(state.records(), state.observed(), state.settings()), actor, nowNanos);
    }

    private static Resources need(ClusterState state, ActorRecord actor) {
        return Lives.isPlain(actor)
                ? actor.getSpec().getResources()
                : state.records()
                        .pipeline(actor.getPipeline())
                        .map(pipeline -> Rooms.need(pipeline, actor, state.settings()))
                        .orElse(Resources.getDefaultInstance());
    }

    static ActorView of(ClusterState state, Supplier<Rooms> rooms, ActorRecord actor, long nowNanos) {
        ActorView.Builder view = ActorView.newBuilder()
                .setLife(Lives.lifeOf(actor))
                .setLabel(actor.getLabel())
                .setState(actor.getState())
                .setNode(actor.getNode())
                .addAllGpus(actor.getGpusList())
                .setMilliGpu(need(state, actor).getMilliGpu())
                .setPid(PipelineViews.pid(state, actor))
                .setRestarts(actor.getRestarts())
                .addAllCauses(actor.getCausesList())
                .setLogPath(state.observed()
                        .worker(actor.getNode(), Lives.lifeOf(actor))
                        .map(WorkerReport::getLogPath)
                        .orElse(""))
                .setName(actor.getSpec().getName())
                .setLastNode(actor.getLastNode())
                .setClassLabel(actor.getSpec().getClassLabel())
                .setCallRetries(actor.getSpec().getCallRetries())
                .setJob(actor.getSpec().getJob())
                .setDetached(actor.getSpec().getDetached())
                .setRunsTasks(actor.getSpec().getRunsTasks())
                .setHostsGuests(SharedWorkers.isWorker(actor));
        if (Lives.isPlain(actor)) {
            view.setNamespace(Lives.namespaceOf(actor));
            state.records().checkpoint(actor.getActor()).map(Lives::view).ifPresent(view::setCheckpoint);
        }
        if (Lives.isPlain(actor) && Lives.isAlive(actor)) {
            view.setRpcAddress(actor.getRpcAddress());
            view.setSharedWorker(
                    SharedWorkers.isGuest(actor) ? actor.getSharedWorker().getActor() : "");
        }
        new Reasons(state, rooms, nowNanos).doesNotFit(actor).ifPresent(reason -> view.setReason(reason)
                .setNeverFits(rooms.get().neverFits(actor)));
        return view.build();
    }
}
