package dev.orrery.benchmarks.core;

import dev.orrery.ActorContext;
import dev.orrery.ActorRef;
import dev.orrery.ContextAware;
import java.util.List;

/** A client that is an actor: returns how much of what it was told to do it did. */
final class ClientActor implements ContextAware {
    private ActorContext context;

    @Override
    public void onStart(ActorContext ownContext) {
        context = ownContext;
    }

    int callAll(List<ActorRef<EchoActor>> servers, int calls) {
        return Calls.toAll(servers, calls);
    }

    int callAllLater(List<ActorRef<EchoActor>> servers, int calls) {
        return Calls.toAllLater(servers, calls);
    }

    /** With the value of an object that it put. */
    int callAllWithArgument(List<ActorRef<EchoActor>> servers, int calls) {
        return Calls.toAllWith(context.orrery().put(0).get(), servers, calls);
    }

    int submit(int tasks) {
        return Submissions.of(context.orrery(), tasks);
    }
}
