package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "actors",
        mixinStandardHelpOptions = true,
        description = "Lists the actors and why they restarted, died or wait.")
final class ActorsCommand extends Listing {
    private static final double MILLI = 1_000.0;

    @Override
    List<Row> rows(ClusterView view) {
        return view.getActorsList().stream()
                .map(actor -> new Row()
                        .with("actor", actor.getLabel())
                        .with("namespace", actor.getNamespace())
                        .with("id", actor.getLife().getActor())
                        .with("incarnation", actor.getLife().getIncarnation())
                        .with("state", actor.getState())
                        .with("node", actor.getNode())
                        .with("gpus", gpus(actor))
                        .with("pid", actor.getPid())
                        .with("restarts", actor.getRestarts())
                        .with("job", actor.getJob())
                        .with("detached", actor.getDetached())
                        .with("last_cause", lastCause(actor))
                        .with("log", actor.getLogPath())
                        .withJson("checkpoint", checkpoint(actor)))
                .toList();
    }

    /** What is kept of its state; empty: nothing. */
    private static Map<String, Object> checkpoint(ActorView actor) {
        Map<String, Object> checkpoint = new LinkedHashMap<>();
        if (actor.hasCheckpoint()) {
            checkpoint.put("incarnation", actor.getCheckpoint().getIncarnation());
            checkpoint.put("number", actor.getCheckpoint().getNumber());
            checkpoint.put("bytes", actor.getCheckpoint().getBytes());
        }
        return checkpoint;
    }

    /** "GPU-…,GPU-…", or "0.25 of GPU-…". */
    private static String gpus(ActorView actor) {
        String devices = String.join(",", actor.getGpusList());
        return actor.getMilliGpu() == 0 || devices.isEmpty() ? devices : actor.getMilliGpu() / MILLI + " of " + devices;
    }

    private static String lastCause(ActorView actor) {
        int count = actor.getCausesCount();
        return count == 0
                ? actor.getReason()
                : actor.getCauses(count - 1).getKind() + ": "
                        + actor.getCauses(count - 1).getMessage();
    }
}
