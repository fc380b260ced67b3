package dev.orrery.internal.output;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Logs that are read on from where they were read last: says what to ask the agents for, and makes lines of what they answer.
 * Does no I/O. Not thread-safe.
 */
public final class FollowedLogs {
    /** Of one request; an agent takes no more. */
    static final int MOST_RANGES = 256;

    /** After so many requests without an answer nobody waits for what an ended worker has printed last. */
    static final int PATIENCE = 10;

    /** Where what is skipped ends, before the end of the log. */
    private static final long KEPT_OF_SKIPPED = 64 * 1024;

    /** What following a log brings. */
    public sealed interface Output {
        WorkerLog log();
    }

    /** Without its end. */
    public record Line(WorkerLog log, String text) implements Output {}

    /**
     * Something between the lines before and after it was not read.
     *
     * @param bytes how much; 0: nobody knows
     */
    public record Gap(WorkerLog log, long bytes) implements Output {}

    private static final class Followed {
        private WorkerLog log;
        private final OutputLines lines = new OutputLines();
        private long file;
        private long offset;
        private long size;
        private boolean ended;
        private int unanswered;

        private Followed(WorkerLog log, long file, long offset) {
            this.log = log;
            this.file = file;
            this.offset = offset;
        }
    }

    private final long mostBehind;
    private final Map<ActorLife, Followed> all = new LinkedHashMap<>();
    /** Ended, and read to their ends; kept for as long as the leader tells of them. */
    private final Set<ActorLife> over = new HashSet<>();

    /** @param mostBehind bytes; of a log that grows faster than it is read, the middle is skipped */
    public FollowedLogs(long mostBehind) {
        this.mostBehind = mostBehind;
    }

    /** @param begun what was read already of a line that goes on at the offset */
    public void follow(WorkerLog log, long file, long offset, ByteString begun) {
        Followed followed = new Followed(log, file, offset);
        followed.lines.take(begun);
        all.put(log.life(), followed);
    }

    /** Follows those lives from their beginnings, and all others to their ends. */
    public void keepTo(List<JobWorker> workers) {
        Set<ActorLife> named = new HashSet<>();
        for (JobWorker worker : workers) {
            named.add(worker.getLife());
            if (!over.contains(worker.getLife())) {
                Followed followed = all.computeIfAbsent(worker.getLife(), life -> new Followed(logOf(worker), 0, 0));
                if (worker.getPid() > 0) {
                    // A process has no number yet when its life begins, and none any more when it has ended.
                    followed.log = logOf(worker);
                }
                followed.ended |= worker.getEnded();
            }
        }
        over.retainAll(named);
        all.values().stream()
                .filter(followed -> !named.contains(followed.log.life()))
                .forEach(followed -> followed.ended = true);
    }

    private static WorkerLog logOf(JobWorker worker) {
        return new WorkerLog(worker.getLife(), worker.getLabel(), worker.getNode(), worker.getPid());
    }

    /** Nothing of it runs any more: it is read to its end. */
    public void end(ActorLife life) {
        Followed followed = all.get(life);
        if (followed != null) {
            followed.ended = true;
        }
    }

    public List<ActorLife> lives() {
        return List.copyOf(all.keySet());
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    public int size() {
        return all.size();
    }

    /** Whether there is more that could be read at once. */
    public boolean isBehind() {
        return all.values().stream().anyMatch(followed -> followed.size > followed.offset);
    }

    /** One for each node, or more where one has many. */
    public List<ReadLogsRequest> requests() {
        Map<String, List<LogRange>> byNode = new LinkedHashMap<>();
        for (Followed followed : all.values()) {
            byNode.computeIfAbsent(followed.log.node(), node -> new ArrayList<>())
                    .add(LogRange.newBuilder()
                            .setLife(followed.log.life())
                            .setLog(followed.file)
                            .setOffset(followed.offset)
                            .build());
        }
        List<ReadLogsRequest> requests = new ArrayList<>();
        byNode.forEach((node, ranges) -> {
            for (int from = 0; from < ranges.size(); from += MOST_RANGES) {
                requests.add(ReadLogsRequest.newBuilder()
                        .setNode(node)
                        .addAllRanges(ranges.subList(from, Math.min(ranges.size(), from + MOST_RANGES)))
                        .build());
            }
        });
        return requests;
    }

    /** What has been printed since then, in order for each log. */
    public List<Output> take(ReadLogsRequest request, ReadLogsResponse response) {
        List<Output> seen = new ArrayList<>();
        Set<ActorLife> told = new HashSet<>();
        Set<ActorLife> behind = new HashSet<>();
        for (LogPiece piece : response.getPiecesList()) {
            Followed followed = all.get(piece.getLife());
            if (followed != null) {
                take(followed, piece, seen);
                told.add(piece.getLife());
                if (followed.size > followed.offset) {
                    behind.add(piece.getLife());
                }
            }
        }
        int lookedAt = Math.min(response.getLookedAt(), request.getRangesCount());
        for (LogRange range : request.getRangesList().subList(0, lookedAt)) {
            Followed followed = all.remove(range.getLife());
            if (followed == null) {
                continue;
            }
            followed.unanswered = 0;
            if (!told.contains(range.getLife())) {
                followed.size = followed.offset;
            }
            if (followed.ended && !behind.contains(range.getLife())) {
                finish(followed, seen);
            } else {
                // Those that were not looked at come first the next time.
                all.put(range.getLife(), followed);
            }
        }
        return seen;
    }

    private void take(Followed followed, LogPiece piece, List<Output> seen) {
        if (piece.hasError()) {
            if (piece.getError().getCode().equals(ErrorCode.LOG_CUT.name())) {
                restart(followed, seen);
            } else {
                followed.size = followed.offset;
            }
            return;
        }
        followed.file = piece.getLog();
        followed.offset = piece.getOffset() + piece.getData().size();
        followed.size = piece.getSize();
        for (String text : followed.lines.take(piece.getData())) {
            seen.add(new Line(followed.log, text));
        }
        if (followed.size - followed.offset > mostBehind) {
            long next = followed.size - KEPT_OF_SKIPPED;
            seen.add(new Gap(followed.log, next - followed.offset));
            followed.offset = next;
            followed.lines.skip();
        }
    }

    /** What was between the two is lost, or lies beside the log where nobody reads it from here. */
    private static void restart(Followed followed, List<Output> seen) {
        seen.add(new Gap(followed.log, Math.max(0, followed.size - followed.offset)));
        followed.file = 0;
        followed.offset = 0;
        // It is not known yet how much there is, but something is.
        followed.size = 1;
        followed.lines.forget();
    }

    private void finish(Followed followed, List<Output> seen) {
        followed.lines.rest().ifPresent(text -> seen.add(new Line(followed.log, text)));
        over.add(followed.log.life());
    }

    /** Nobody answered that request. */
    public List<Output> failed(ReadLogsRequest request) {
        List<Output> seen = new ArrayList<>();
        for (LogRange range : request.getRangesList()) {
            Followed followed = all.get(range.getLife());
            if (followed == null) {
                continue;
            }
            // However much there is, it cannot be read at once.
            followed.size = followed.offset;
            if (++followed.unanswered >= PATIENCE && followed.ended) {
                all.remove(range.getLife());
                finish(followed, seen);
            }
        }
        return seen;
    }

    /** What there is of lines without an end, when nobody looks any more. */
    public List<Output> rest() {
        List<Output> seen = new ArrayList<>();
        all.values()
                .forEach(followed -> followed.lines.rest().ifPresent(text -> seen.add(new Line(followed.log, text))));
        return seen;
    }
}
