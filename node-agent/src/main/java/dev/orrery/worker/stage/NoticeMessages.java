package dev.orrery.worker.stage;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.Refused;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageFailed;
import dev.orrery.internal.rpc.ErrorCodec;

/** The messages of a replica's control links. */
final class NoticeMessages {
    private NoticeMessages() {}

    static ReplicaNotice worldBroken(long world) {
        return ReplicaNotice.newBuilder().setWorldBroken(world).build();
    }

    static ReplicaNotice cancelled(AttemptKey key) {
        return ReplicaNotice.newBuilder().setCancelled(key.toMessage()).build();
    }

    static ReplicaNotice refused(AttemptKey key, String why) {
        return ReplicaNotice.newBuilder()
                .setRefused(Refused.newBuilder().setAttempt(key.toMessage()).setWhy(why))
                .build();
    }

    static ReplicaNotice failed(AttemptKey key, String stage, ErrorCode code, Failure failure) {
        return ReplicaNotice.newBuilder()
                .setFailed(StageFailed.newBuilder()
                        .setAttempt(key.toMessage())
                        .setStage(stage)
                        .setCode(code.name())
                        .setFailure(ErrorCodec.toMessage(failure)))
                .build();
    }
}
