package dev.orrery.gateway.core;

import dev.orrery.internal.proto.ActorLife;

/** One life of an actor: of a replica, or of a gateway. */
public record Life(String actor, long incarnation) {
    public static Life of(ActorLife message) {
        return new Life(message.getActor(), message.getIncarnation());
    }

    public ActorLife toMessage() {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    @Override
    public String toString() {
        return actor + "#" + incarnation;
    }
}
