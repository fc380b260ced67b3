package dev.orrery.examples.model;

import dev.orrery.examples.model.ModelledNode.Agent;
import dev.orrery.examples.model.ModelledNode.Worker;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What can be seen of a node from outside, and what can happen there by itself.
 *
 * @param head that its agent is registered with; -1: none
 * @param sequence of the agent's last report
 * @param reporting whether that report is on its way
 * @param wrong what must not have happened here
 */
public record NodeView(
        boolean agentUp,
        int head,
        int connection,
        long sequence,
        boolean reporting,
        List<Own> own,
        List<Running> workers,
        List<String> wrong) {
    /** A step that needs nobody else. */
    public record Own(Event event, int folder) {}

    /** A worker's process. */
    public record Running(
            ActorLife life, int folder, int port, Stamp stamp, Optional<DesiredWorker> desired, WorkerReport said) {
        String actor() {
            return life.getActor();
        }

        long incarnation() {
            return life.getIncarnation();
        }
    }

    /** @param folders numbers them */
    public static NodeView of(ModelledNode node, Values<String> folders) {
        List<Own> own = new ArrayList<>();
        List<Running> workers = new ArrayList<>();
        for (Entry<String, Worker> entry : node.workers.entrySet()) {
            int folder = folders.number(entry.getKey());
            Worker worker = entry.getValue();
            addOwn(own, node, folder, worker);
            workers.add(new Running(worker.life, folder, worker.port, worker.stamp, worker.desired, worker.said));
        }
        return new NodeView(
                node.agent.isPresent(),
                node.agent.flatMap(agent -> agent.head).orElse(-1),
                node.agent.map(agent -> agent.connection).orElse(0),
                node.agent.map(agent -> agent.sequence).orElse(0L),
                node.agent.filter(agent -> agent.reporting).isPresent(),
                own,
                workers,
                List.copyOf(node.violations));
    }

    private static void addOwn(List<Own> own, ModelledNode node, int folder, Worker worker) {
        if (worker.connection == 0 && node.agent.isPresent() && !worker.stopping) {
            own.add(new Own(Event.WORKER_CALLS_IN, folder));
        }
        if (worker.stopping) {
            own.add(new Own(Event.WORKER_EXITS, folder));
        }
    }

    /** A process that has ended without its agent knowing. */
    public static Optional<String> endedUnseen(ModelledNode node, Agent agent) {
        Map<String, WorkerState> reported = agent.report().getWorkersList().stream()
                .collect(Collectors.toMap(
                        worker -> NodeSurroundings.name(worker.getLife()), WorkerReport::getState, (a, b) -> b));
        return node.launches.entrySet().stream()
                .filter(launch -> launch.getValue().exit.isPresent())
                .map(Entry::getKey)
                .filter(folder -> reported.getOrDefault(folder, WorkerState.EXITED) != WorkerState.EXITED)
                .findFirst();
    }
}
