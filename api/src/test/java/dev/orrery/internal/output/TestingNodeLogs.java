package dev.orrery.internal.output;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Logs in memory, of workers of one job, that answer as an agent does. */
final class TestingNodeLogs implements JobOutput.Cluster {
    static final String NODE = "node-2";

    /** One of them. */
    static final class Log {
        private ByteString bytes = ByteString.EMPTY;
        private long number = 1;
        private boolean gone;
    }

    final List<JobWorker> workers = new ArrayList<>();
    final List<ReadLogsRequest> asked = new ArrayList<>();
    private final Map<ActorLife, Log> logs = new HashMap<>();
    Optional<OrreryException> failure = Optional.empty();
    int mostOfAPiece = 64 * 1024;
    int mostRanges = Integer.MAX_VALUE;

    static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    static JobWorker worker(ActorLife life, String label, boolean ended) {
        return JobWorker.newBuilder()
                .setLife(life)
                .setLabel(label)
                .setNode(NODE)
                .setPid(ended ? 0 : 1234)
                .setEnded(ended)
                .build();
    }

    private Log log(ActorLife life) {
        return logs.computeIfAbsent(life, named -> new Log());
    }

    void print(ActorLife life, String text) {
        Log log = log(life);
        log.bytes = log.bytes.concat(ByteString.copyFromUtf8(text));
    }

    void cut(ActorLife life) {
        Log log = log(life);
        log.bytes = ByteString.EMPTY;
        log.number++;
    }

    void remove(ActorLife life) {
        log(life).gone = true;
    }

    @Override
    public List<JobWorker> workers() {
        return List.copyOf(workers);
    }

    @Override
    public ReadLogsResponse read(ReadLogsRequest request) {
        asked.add(request);
        if (failure.isPresent()) {
            throw failure.get();
        }
        ReadLogsResponse.Builder response = ReadLogsResponse.newBuilder();
        int lookedAt = Math.min(mostRanges, request.getRangesCount());
        for (LogRange range : request.getRangesList().subList(0, lookedAt)) {
            LogPiece piece = piece(range);
            if (piece.hasError() || !piece.getData().isEmpty() || range.getOffset() < 0) {
                response.addPieces(piece);
            }
        }
        return response.setLookedAt(lookedAt).build();
    }

    LogPiece piece(LogRange range) {
        LogPiece.Builder piece = LogPiece.newBuilder().setLife(range.getLife());
        Log log = logs.get(range.getLife());
        if (log == null || log.gone) {
            return failed(piece, ErrorCode.NOT_FOUND);
        }
        int size = log.bytes.size();
        int most = range.getMaxBytes() > 0 ? Math.min(mostOfAPiece, range.getMaxBytes()) : mostOfAPiece;
        int offset = (int) (range.getOffset() < 0 ? Math.max(0, size - most) : range.getOffset());
        if (offset > size || (range.getLog() != 0 && range.getLog() != log.number)) {
            return failed(piece, ErrorCode.LOG_CUT);
        }
        return piece.setLog(log.number)
                .setOffset(offset)
                .setData(log.bytes.substring(offset, Math.min(size, offset + most)))
                .setSize(size)
                .build();
    }

    private static LogPiece failed(LogPiece.Builder piece, ErrorCode code) {
        return piece.setError(ErrorCodec.toMessage(OrreryException.of(code, "so the test wants it")))
                .build();
    }
}
