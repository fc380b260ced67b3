package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Many calls at a time, of a client wherever it is. All return how many were answered as they should be. */
final class Calls {
    private Calls() {}

    static int toAll(List<ActorRef<EchoActor>> servers, int calls) {
        return toAll(servers, calls, server -> server.call(EchoActor::smallValue));
    }

    static int toAllLater(List<ActorRef<EchoActor>> servers, int calls) {
        return toAll(servers, calls, server -> server.callAsync(EchoActor::smallValueLater));
    }

    static int toAllWith(Object argument, List<ActorRef<EchoActor>> servers, int calls) {
        return toAll(servers, calls, server -> server.call(EchoActor::smallValueOf, argument));
    }

    static int toAllLaterWith(Object argument, List<ActorRef<EchoActor>> servers, int calls) {
        return toAll(servers, calls, server -> server.callAsync(EchoActor::smallValueOfLater, argument));
    }

    /** So many of each server. */
    private static int toAll(
            List<ActorRef<EchoActor>> servers,
            int calls,
            Function<ActorRef<EchoActor>, CompletableFuture<byte[]>> call) {
        List<CompletableFuture<byte[]>> open = new ArrayList<>(servers.size() * calls);
        for (ActorRef<EchoActor> server : servers) {
            for (int i = 0; i < calls; i++) {
                open.add(call.apply(server));
            }
        }
        int answered = 0;
        for (CompletableFuture<byte[]> one : open) {
            if (one.join().length == EchoActor.BYTES) {
                answered++;
            }
        }
        return answered;
    }
}
