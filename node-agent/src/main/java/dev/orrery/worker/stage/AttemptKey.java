package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Attempt;
import dev.orrery.internal.proto.StageMessageHeader;

/** Names one attempt of a request among all gateways: request numbers are a gateway's own. */
record AttemptKey(ActorLife gateway, long request, int number) {
    static AttemptKey of(StageMessageHeader header) {
        return new AttemptKey(header.getGateway(), header.getRequest(), header.getAttempt());
    }

    static AttemptKey of(ActorLife gateway, Attempt attempt) {
        return new AttemptKey(gateway, attempt.getRequest(), attempt.getAttempt());
    }

    Attempt toMessage() {
        return Attempt.newBuilder().setRequest(request).setAttempt(number).build();
    }

    @Override
    public String toString() {
        return "request " + Long.toUnsignedString(request) + " attempt " + number + " of gateway " + gateway.getActor();
    }
}
