package dev.orrery.internal.client;

import dev.orrery.Orrery;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import java.util.function.Function;

/** Makes what users hold of a cluster around a client that was not set up by them: users see no such constructor. */
public final class OrreryAccess {
    private static volatile Optional<Function<ClusterClient, Orrery>> maker = Optional.empty();

    private OrreryAccess() {}

    /** Called by {@link Orrery} when its class is initialised. */
    public static void offer(Function<ClusterClient, Orrery> constructor) {
        maker = Optional.of(constructor);
    }

    /** Whoever closes the one closes the other. */
    public static Orrery around(ClusterClient client) {
        try {
            MethodHandles.lookup().ensureInitialized(Orrery.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Orrery is a public class", e);
        }
        return maker.orElseThrow().apply(client);
    }
}
