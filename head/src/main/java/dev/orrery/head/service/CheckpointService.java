package dev.orrery.head.service;

import dev.orrery.Checkpointable;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.CheckpointRecord;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.SaveCheckpointResponse;
import dev.orrery.internal.proto.Value;
import java.util.Map;
import java.util.Optional;

/** Keeps what lives of plain actors save of their state, and gives it to the next ones; to no life that another one follows. */
public final class CheckpointService {
    private CheckpointService() {}

    /**
     * Writes into the draft, or throws and writes nothing. What was overtaken by a later one of the same life is answered as if it had
     * been written.
     */
    public static SaveCheckpointResponse save(Draft draft, SaveCheckpointRequest request) {
        checkLives(draft.records(), request.getLife());
        Optional<CheckpointRecord> before =
                draft.records().checkpoint(request.getLife().getActor());
        boolean overtaken = before.filter(
                        known -> known.getIncarnation() == request.getLife().getIncarnation()
                                && known.getNumber() >= request.getNumber())
                .isPresent();
        if (!overtaken) {
            checkSize(draft, request, before.map(CheckpointRecord::getState));
            draft.write(Write.put(CheckpointRecord.newBuilder()
                    .setActor(request.getLife().getActor())
                    .setIncarnation(request.getLife().getIncarnation())
                    .setNumber(request.getNumber())
                    .setState(request.getState())
                    .build()));
        }
        return SaveCheckpointResponse.getDefaultInstance();
    }

    public static LoadCheckpointResponse load(Records records, LoadCheckpointRequest request) {
        checkLives(records, request.getLife());
        return records.checkpoint(request.getLife().getActor())
                .map(known -> LoadCheckpointResponse.newBuilder()
                        .setCheckpoint(Lives.view(known))
                        .setState(known.getState())
                        .build())
                .orElse(LoadCheckpointResponse.getDefaultInstance());
    }

    /** A life that this head does not know of may have been begun by its successor: it is to ask again. */
    private static void checkLives(Records records, ActorLife life) {
        Optional<ActorRecord> actor = records.actor(life.getActor()).filter(Lives::isPlain);
        if (actor.filter(known -> known.getIncarnation() >= life.getIncarnation())
                .isEmpty()) {
            throw refused(ErrorCode.UNAVAILABLE, life, "this head does not know of it yet, or does no more");
        }
        ActorState state = Lives.stateOf(actor.get());
        boolean lives = actor.get().getIncarnation() == life.getIncarnation()
                && (state == ActorState.STARTING || state == ActorState.ALIVE);
        if (!lives) {
            throw refused(
                    ErrorCode.FENCED,
                    life,
                    "the actor is %s, at incarnation %d"
                            .formatted(state, actor.get().getIncarnation()));
        }
    }

    private static void checkSize(Draft draft, SaveCheckpointRequest request, Optional<Value> before) {
        int bytes = request.getState().getSerializedSize();
        if (bytes > Checkpointable.MOST_BYTES) {
            throw refused(
                    ErrorCode.CHECKPOINT_TOO_LARGE,
                    request.getLife(),
                    "its state has %d bytes, more than %d".formatted(bytes, Checkpointable.MOST_BYTES));
        }
        long others = draft.records().checkpointBytes()
                - before.map(Value::getSerializedSize).orElse(0);
        long limit = draft.settings().checkpointBytes();
        if (others + bytes > limit) {
            throw refused(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    request.getLife(),
                    "the states of other actors have %d bytes, and with its %d that is more than checkpoint.limit of the heads, %d"
                            .formatted(others, bytes, limit));
        }
    }

    private static OrreryException refused(ErrorCode code, ActorLife life, String why) {
        return OrreryException.of(
                code,
                "the checkpoint of %s#%d: %s".formatted(life.getActor(), life.getIncarnation(), why),
                Map.of("actor", life.getActor()));
    }
}
