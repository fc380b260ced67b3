package dev.orrery.examples.cli;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.output.WorkerLog;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whose logs are meant, by what the leader says of the cluster. */
final class LogTargets {
    private static final int IDS_TOLD = 10;

    private LogTargets() {}

    /** Whether a life of it is somewhere. */
    static boolean runs(ActorView actor) {
        return switch (actor.getState()) {
            case "STARTING", "ALIVE", "DRAINING" -> true;
            default -> false;
        };
    }

    /**
     * By its id, or else by its name, or else as 'orrery actors' shows it, or else by namespace and name: "team-a/counter". Throws
     * NOT_FOUND, or INVALID_ARGUMENT for several.
     */
    static ActorView actor(ClusterView view, String named) {
        List<ActorView> byId = among(view, actor -> actor.getLife().getActor().equals(named));
        List<ActorView> byName = among(view, actor -> actor.getName().equals(named));
        List<ActorView> byLabel = among(view, actor -> actor.getLabel().equals(named));
        List<ActorView> byBoth = among(
                view,
                actor -> !actor.getName().isEmpty() && (actor.getNamespace() + "/" + actor.getName()).equals(named));
        List<ActorView> found = Stream.of(byId, byName, byLabel, byBoth)
                .filter(some -> !some.isEmpty())
                .findFirst()
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.NOT_FOUND,
                        "no actor is called '" + named + "', nor has that id; 'orrery actors' lists them"));
        List<ActorView> running = found.stream().filter(LogTargets::runs).toList();
        if (running.size() > 1) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "%d actors are called '%s'; name one by its id, or by namespace/name: %s"
                            .formatted(running.size(), named, ids(running)));
        }
        // A name belongs to one that runs, and after it to the one that was started last.
        return running.isEmpty() ? newest(found) : running.get(0);
    }

    private static List<ActorView> among(ClusterView view, Predicate<ActorView> wanted) {
        return view.getActorsList().stream().filter(wanted).toList();
    }

    /** An id is an epoch and a number in it, both in hexadecimal. */
    private static ActorView newest(List<ActorView> actors) {
        return actors.stream()
                .max(Comparator.comparingLong((ActorView actor) -> idPart(actor, 0))
                        .thenComparingLong(actor -> idPart(actor, 1)))
                .orElseThrow();
    }

    private static long idPart(ActorView actor, int part) {
        return Long.parseLong(actor.getLife().getActor().split("-", 2)[part], 16);
    }

    private static String ids(List<ActorView> actors) {
        String ids = actors.stream()
                .limit(IDS_TOLD)
                .map(actor -> actor.getLife().getActor())
                .collect(Collectors.joining(", "));
        return actors.size() > IDS_TOLD ? ids + ", ..." : ids;
    }

    /**
     * The log of that incarnation, on each node that may have it, the likely one first.
     *
     * @param incarnation 0: the newest
     */
    static List<WorkerLog> logsOf(ClusterView view, ActorView actor, long incarnation) {
        long newest = actor.getLife().getIncarnation();
        if (newest == 0) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    "actor %s has not been started yet, so it has no log: %s"
                            .formatted(actor.getLabel(), actor.getReason()));
        }
        if (incarnation > newest) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    "actor %s is at incarnation %d; there is no %d yet"
                            .formatted(actor.getLabel(), newest, incarnation));
        }
        boolean current = incarnation == 0 || incarnation == newest;
        ActorLife life = actor.getLife().toBuilder()
                .setIncarnation(current ? newest : incarnation)
                .build();
        String likely = current && runs(actor) ? actor.getNode() : actor.getLastNode();
        return Stream.concat(Stream.of(likely), view.getNodesList().stream().map(NodeView::getName))
                .filter(node -> !node.isEmpty())
                .distinct()
                .map(node -> new WorkerLog(life, actor.getLabel(), node, current ? actor.getPid() : 0))
                .toList();
    }

    /** Of all that runs there. Throws NOT_FOUND for a node that is not known. */
    static List<WorkerLog> onNode(ClusterView view, String node) {
        if (view.getNodesList().stream().noneMatch(known -> known.getName().equals(node))) {
            String nodes = view.getNodesList().stream().map(NodeView::getName).collect(Collectors.joining(", "));
            throw OrreryException.of(ErrorCode.NOT_FOUND, "there is no node '" + node + "'; there are: " + nodes);
        }
        return running(view, actor -> actor.getNode().equals(node));
    }

    /**
     * Of the workers that run the tasks of its job: which of them had the task only its owner knows. Throws INVALID_ARGUMENT for
     * what is no id of a task, NOT_FOUND when there is none.
     */
    static List<WorkerLog> ofTask(ClusterView view, String task) {
        int dash = task.lastIndexOf('-');
        if (dash <= 0 || !task.substring(dash + 1).matches("\\d{1,18}")) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "'" + task + "' is no id of a task; errors of tasks tell it, like [task=<job>-17]");
        }
        String job = task.substring(0, dash);
        List<ActorView> workers = among(view, actor -> actor.getJob().equals(job) && actor.getRunsTasks());
        List<ActorView> placed = workers.stream()
                .filter(actor -> actor.getLife().getIncarnation() > 0)
                .toList();
        if (placed.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    "no worker runs, or ran lately, tasks of job " + job + ", which task " + task + " belongs to");
        }
        return placed.stream().map(actor -> logsOf(view, actor, 0).get(0)).toList();
    }

    private static List<WorkerLog> running(ClusterView view, Predicate<ActorView> wanted) {
        return view.getActorsList().stream()
                .filter(actor -> runs(actor) && wanted.test(actor))
                .map(actor -> new WorkerLog(actor.getLife(), actor.getLabel(), actor.getNode(), actor.getPid()))
                .toList();
    }
}
