package dev.orrery.agent;

import dev.orrery.agent.process.OutputLog;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The logs of this node's workers: read piece by piece for whoever asks, and cut when they are too long. Thread-safe. */
final class WorkerLogs {
    static final int MOST_RANGES = 256;
    static final int MOST_OF_A_PIECE = 64 * 1024;
    /** Of all pieces of an answer. */
    static final int MOST_OF_AN_ANSWER = 256 * 1024;

    private final Path workers;
    private final Path warm;
    private final Executor reads;

    /**
     * @param workers the folders of lives
     * @param warm where such a folder may lead to
     * @param reads may refuse what is too much
     */
    WorkerLogs(Path workers, Path warm, Executor reads) {
        this.workers = workers;
        this.warm = warm;
        this.reads = reads;
    }

    /** Not while it is read, which would mix two logs. */
    synchronized boolean limit(OutputLog log, long limit) throws IOException {
        return log.limitTo(limit);
    }

    /** Fails with UNAVAILABLE when others wait already. */
    CompletableFuture<ReadLogsResponse> read(ReadLogsRequest request) {
        if (request.getRangesCount() > MOST_RANGES) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "%d ranges of logs are more than %d".formatted(request.getRangesCount(), MOST_RANGES));
        }
        try {
            return CompletableFuture.supplyAsync(() -> answer(request), reads);
        } catch (RejectedExecutionException e) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE, "the agent of node " + request.getNode() + " reads too many logs now", e);
        }
    }

    /** Blocks on the disk. */
    ReadLogsResponse answer(ReadLogsRequest request) {
        ReadLogsResponse.Builder response = ReadLogsResponse.newBuilder();
        int left = MOST_OF_AN_ANSWER;
        int lookedAt = 0;
        for (LogRange range : request.getRangesList()) {
            int most = mostOf(range);
            if (most > left) {
                break;
            }
            LogPiece piece = read(range, most);
            left -= piece.getData().size();
            lookedAt++;
            if (piece.hasError() || !piece.getData().isEmpty() || range.getOffset() < 0) {
                response.addPieces(piece);
            }
        }
        return response.setLookedAt(lookedAt).build();
    }

    private static int mostOf(LogRange range) {
        int wanted = range.getMaxBytes();
        return wanted <= 0 || wanted > MOST_OF_A_PIECE ? MOST_OF_A_PIECE : wanted;
    }

    private synchronized LogPiece read(LogRange range, int most) {
        try {
            return logOf(range.getLife()).read(range, most);
        } catch (IOException e) {
            // It is gone, or goes while it is read.
            return failed(range, notFound(range.getLife(), "it was not launched there, or is gone: " + e));
        } catch (OrreryException e) {
            return failed(range, e);
        }
    }

    private static LogPiece failed(LogRange range, OrreryException why) {
        return LogPiece.newBuilder()
                .setLife(range.getLife())
                .setError(ErrorCodec.toMessage(why))
                .build();
    }

    /** The folder's name comes from a life, and where it leads to is looked at, so this is never a file of others. */
    private OutputLog logOf(ActorLife life) throws IOException {
        Path named = WorkerFolder.of(workers, life).root();
        Path real = named.toRealPath();
        boolean own = real.equals(workers.toRealPath().resolve(named.getFileName()));
        boolean bound = real.startsWith(warm.toRealPath());
        if (!own && !bound) {
            throw notFound(life, named + " leads elsewhere");
        }
        return new OutputLog(real.resolve(LaunchSpec.OUTPUT));
    }

    private static OrreryException notFound(ActorLife life, String why) {
        String name = life.getActor() + "#" + life.getIncarnation();
        return OrreryException.of(
                ErrorCode.NOT_FOUND, "no log of " + name + ": " + why, Map.of("actor", life.getActor()));
    }
}
