package dev.orrery.internal.client;

import dev.orrery.ActorStatus;
import dev.orrery.WorldState;
import dev.orrery.WorldStatus;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.WorldView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.world.WorldMember;
import java.util.Map;
import java.util.Optional;

/** What the leader says of actors and worlds, for users. */
public final class ActorViews {
    private ActorViews() {}

    static ActorStatus status(ActorView view) {
        return new ActorStatus(
                view.getLife().getActor(),
                name(view),
                view.getNamespace(),
                view.getState(),
                view.getLife().getIncarnation(),
                view.getNode(),
                view.getPid(),
                failure(view));
    }

    static Optional<String> name(ActorView view) {
        return Optional.of(view.getName()).filter(name -> !name.isEmpty());
    }

    /** Its last cause. */
    public static Optional<Failure> failure(ActorView view) {
        return view.getCausesCount() == 0
                ? Optional.empty()
                : Optional.of(ErrorCodec.fromMessage(view.getCauses(view.getCausesCount() - 1)));
    }

    /** Whether it lives no more, or will not soon. */
    public static boolean isEnding(ActorView view) {
        return view.getState().equals("DEAD") || view.getState().equals("DRAINING");
    }

    /** Why one that is not ALIVE takes no calls now. */
    static String notAlive(ActorView view) {
        String why = !view.getReason().isEmpty()
                ? ": " + view.getReason()
                : failure(view).map(cause -> ", after " + cause.summary()).orElse("");
        return "actor '" + view.getLabel() + "' is " + view.getState() + ", not ALIVE" + why;
    }

    static OrreryException dead(ActorView view) {
        return OrreryException.of(
                ErrorCode.ACTOR_DEAD,
                "actor '" + view.getLabel() + "' is " + view.getState(),
                Map.of("actor", view.getLife().getActor()),
                failure(view));
    }

    static WorldStatus status(WorldView view) {
        return new WorldStatus(
                Long.toHexString(view.getId()),
                view.getName(),
                WorldState.valueOf(view.getState()),
                view.getMembersList().stream()
                        .map(member -> new WorldMember(
                                member.getRank(),
                                member.getLife().getActor(),
                                member.getLife().getIncarnation(),
                                member.getLabel()))
                        .toList(),
                view.hasCause() ? Optional.of(ErrorCodec.fromMessage(view.getCause())) : Optional.empty());
    }
}
