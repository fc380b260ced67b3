package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client that is an actor: calls others, many at a time. */
final class CallingActor {
    /** @param calls of each; returns how many were answered as they should be */
    int callAll(List<ActorRef<EchoActor>> servers, int calls) {
        List<CompletableFuture<byte[]>> open = new ArrayList<>(servers.size() * calls);
        for (ActorRef<EchoActor> server : servers) {
            for (int i = 0; i < calls; i++) {
                open.add(server.call(EchoActor::smallValue));
            }
        }
        int answered = 0;
        for (CompletableFuture<byte[]> call : open) {
            if (call.join().length == EchoActor.BYTES) {
                answered++;
            }
        }
        return answered;
    }
}
