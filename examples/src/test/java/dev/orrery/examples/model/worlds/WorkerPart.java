package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.Interner;
import dev.orrery.examples.model.Memo;
import dev.orrery.examples.model.PerState;
import dev.orrery.examples.model.Values;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import java.util.List;

/** Workers, by numbers. */
final class WorkerPart {
    /** What a step comes to. */
    record Result(int after, WorkerOutput output) {}

    private final WorkerSteps steps;
    private final Interner<ModelledWorker> states = new Interner<>();
    private final Values<WorkerInput> inputs = new Values<>();
    private final Memo<List<Result>> taken = new Memo<>();
    private final PerState<WorkerView> views = new PerState<>(worker -> WorkerView.of(states.value(worker)));

    WorkerPart(RoutingGuards guards) {
        this.steps = new WorkerSteps(guards);
    }

    int size() {
        return states.size();
    }

    int stepsMade() {
        return taken.size();
    }

    WorkerView view(int worker) {
        return views.of(worker);
    }

    int start(ActorLife life, DesiredWorker desired) {
        return states.number(steps.start(life, desired));
    }

    /** One for each thing that chance can decide. */
    List<Result> take(int worker, WorkerInput input) {
        return taken.get(worker, 0, inputs.number(input), () -> steps.outcomes(states.value(worker), input).stream()
                .map(result -> new Result(states.number(result.after()), result.output()))
                .toList());
    }
}
