package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.internal.proto.Failure;

/** Keeps why an actor failed, small enough for a record. */
public final class Causes {
    private static final String NODE = "node";
    private static final int KEPT = 4;
    private static final int MAX_TRACE_CHARS = 1_500;
    private static final int MAX_MESSAGE_CHARS = 500;
    private static final int MAX_CHAIN = 5;

    private Causes() {}

    /** The newest few. */
    public static ActorRecord.Builder add(ActorRecord.Builder actor, Failure cause) {
        actor.addCauses(cut(cause));
        while (actor.getCausesCount() > KEPT) {
            actor.removeCauses(0);
        }
        return actor;
    }

    public static Failure of(String kind, String message) {
        return Failure.newBuilder().setKind(kind).setMessage(message).build();
    }

    /** A fault of the node's, and no one else's. */
    static Failure ofNode(String message) {
        return of(NODE, message);
    }

    /** Whether that was the last one of {@code actor}. */
    static boolean isNode(ActorRecord actor) {
        return actor.getCausesCount() > 0
                && actor.getCauses(actor.getCausesCount() - 1).getKind().equals(NODE);
    }

    /** The last cause of {@code actor}, and what followed from it. */
    static Failure leadingTo(ActorRecord actor, Failure consequence) {
        return actor.getCausesCount() == 0
                ? consequence
                : append(actor.getCauses(actor.getCausesCount() - 1), consequence);
    }

    static String summary(Failure failure) {
        return failure.getKind() + ": " + failure.getMessage();
    }

    static Failure cut(Failure failure) {
        return cut(failure, MAX_CHAIN);
    }

    private static Failure append(Failure first, Failure last) {
        Failure rest = first.hasConsequence() ? append(first.getConsequence(), last) : last;
        return first.toBuilder().setConsequence(rest).build();
    }

    private static Failure cut(Failure failure, int chain) {
        Failure.Builder cut = failure.toBuilder()
                .setMessage(cut(failure.getMessage(), MAX_MESSAGE_CHARS))
                .setStackTrace(cut(failure.getStackTrace(), MAX_TRACE_CHARS));
        if (!failure.hasConsequence() || chain == 0) {
            return cut.clearConsequence().build();
        }
        Failure consequence =
                failure.getConsequence().toBuilder().clearStackTrace().build();
        return cut.setConsequence(cut(consequence, chain - 1)).build();
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + "…";
    }
}
