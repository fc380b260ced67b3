package dev.orrery.examples.cli;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.client.LogReader;
import dev.orrery.internal.output.FollowedLogs;
import dev.orrery.internal.output.LogTail;
import dev.orrery.internal.output.WorkerLog;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the end of what a worker printed, from wherever its node is, also some time after its end.",
            "Each line of one of several workers begins with which it is."
        })
final class LogsCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 300;
    private static final long POLL_BEHIND_MILLIS = 20;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_LINES = 100_000;

    @Mixin
    private ConnectOptions connect;

    @Parameters(
            paramLabel = "ACTOR",
            arity = "0..1",
            description = "Its id, name or namespace/name, or what 'orrery actors' shows as ACTOR.")
    private String actor;

    @Option(names = "--task", paramLabel = "ID", description = "Of the workers that run the tasks of this one's job.")
    private String task;

    @Option(names = "--node", paramLabel = "NODE", description = "Of all workers that run on this node.")
    private String node;

    @Option(
            names = "--incarnation",
            paramLabel = "N",
            description = "An earlier life of the actor (default: its newest).")
    private long incarnation;

    @Option(names = "--lines", paramLabel = "N", description = "How many lines of each (default: ${DEFAULT-VALUE}).")
    private int lines = 100;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is printed from now on, until the worker ends.")
    private boolean follow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        check();
        try (ClusterObserver cluster = connect.connect()) {
            ClusterView view = cluster.cluster(TIMEOUT);
            LogReader reader = cluster.logs();
            FollowedLogs followed = new FollowedLogs(Long.MAX_VALUE);
            if (actor != null) {
                showAny(LogTargets.logsOf(view, LogTargets.actor(view, actor), incarnation), reader, followed);
            } else {
                showAll(node != null ? LogTargets.onNode(view, node) : LogTargets.ofTask(view, task), reader, followed);
            }
            if (follow) {
                follow(cluster, reader, followed);
            }
            return 0;
        }
    }

    private void check() {
        long which = Stream.of(actor, task, node).filter(named -> named != null).count();
        if (which != 1) {
            throw new ParameterException(spec.commandLine(), "name an ACTOR, or --task ID, or --node NODE");
        }
        if (lines < 0 || lines > MOST_LINES) {
            throw new ParameterException(spec.commandLine(), "--lines must be 0 to " + MOST_LINES + ", not " + lines);
        }
        if (incarnation < 0 || (incarnation > 0 && actor == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--incarnation is of an ACTOR, and counts from 1; it is " + incarnation);
        }
    }

    /** Shows the one of these that is there; it is known of one life, but not always where that was. */
    private void showAny(List<WorkerLog> places, LogReader reader, FollowedLogs followed) {
        OrreryException first = null;
        for (WorkerLog place : places) {
            try {
                show(place, reader, followed, false);
                return;
            } catch (OrreryException e) {
                if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.UNAVAILABLE) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        throw first != null ? first : OrreryException.of(ErrorCode.NOT_FOUND, "no node is known that may have the log");
    }

    private void showAll(List<WorkerLog> logs, LogReader reader, FollowedLogs followed) {
        for (WorkerLog log : logs) {
            try {
                show(log, reader, followed, true);
            } catch (OrreryException e) {
                spec.commandLine().getErr().println(log.prefix() + e.getMessage());
            }
        }
    }

    private void show(WorkerLog log, LogReader reader, FollowedLogs followed, boolean prefixed) {
        LogTail tail = LogTail.read(log.life(), lines, range -> read(reader, log.node(), range));
        PrintWriter out = spec.commandLine().getOut();
        String prefix = prefixed ? log.prefix() : "";
        tail.lines().forEach(line -> out.println(prefix + line));
        if (follow) {
            followed.follow(log, tail.file(), tail.offset(), tail.begun());
        } else if (lines > 0 && !tail.begun().isEmpty()) {
            out.println(prefix + tail.begun().toString(StandardCharsets.UTF_8));
        }
        out.flush();
    }

    private static LogPiece read(LogReader reader, String node, LogRange range) {
        ReadLogsResponse response = reader.read(
                ReadLogsRequest.newBuilder().setNode(node).addRanges(range).build());
        return response.getPiecesCount() > 0
                ? response.getPieces(0)
                : LogPiece.newBuilder()
                        .setLog(range.getLog())
                        .setOffset(range.getOffset())
                        .build();
    }

    private void follow(ClusterObserver cluster, LogReader reader, FollowedLogs followed) throws InterruptedException {
        long lookedNanos = System.nanoTime() - LOOK_NANOS;
        while (!followed.isEmpty()) {
            if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
                lookedNanos = System.nanoTime();
                endThoseThatEnded(cluster, followed);
            }
            for (ReadLogsRequest request : followed.requests()) {
                print(readOn(reader, request, followed));
            }
            TimeUnit.MILLISECONDS.sleep(followed.isBehind() ? POLL_BEHIND_MILLIS : POLL_MILLIS);
        }
        if (actor != null) {
            spec.commandLine().getErr().println("its worker has ended");
        }
    }

    private static void endThoseThatEnded(ClusterObserver cluster, FollowedLogs followed) {
        ClusterView view;
        try {
            view = cluster.cluster(TIMEOUT);
        } catch (OrreryException e) {
            if (!e.code().retryable()) {
                throw e;
            }
            return;
        }
        List<ActorLife> running = view.getActorsList().stream()
                .filter(LogTargets::runs)
                .map(ActorView::getLife)
                .toList();
        followed.lives().stream().filter(life -> !running.contains(life)).forEach(followed::end);
    }

    private static List<FollowedLogs.Output> readOn(LogReader reader, ReadLogsRequest request, FollowedLogs followed) {
        try {
            return followed.take(request, reader.read(request));
        } catch (OrreryException e) {
            if (!e.code().retryable()) {
                throw e;
            }
            return followed.failed(request);
        }
    }

    private void print(List<FollowedLogs.Output> seen) {
        PrintWriter out = spec.commandLine().getOut();
        for (FollowedLogs.Output output : seen) {
            String prefix = actor != null ? "" : output.log().prefix();
            if (output instanceof FollowedLogs.Line line) {
                out.println(prefix + line.text());
            } else {
                spec.commandLine()
                        .getErr()
                        .println(prefix + "(the log was cut; what was printed in between is in part left out)");
            }
        }
        out.flush();
    }
}
