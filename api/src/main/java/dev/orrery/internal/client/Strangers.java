package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import java.util.concurrent.CompletionException;

/** Whoever listens at a dead worker's port by now. */
final class Strangers {
    private Strangers() {}

    /** The leader knows this client's secret, so who does not is of another cluster: the worker is elsewhere, or will be. */
    static RuntimeException failure(HostPort address, Throwable failure) {
        Throwable cause = ErrorCodec.unwrap(failure);
        if (cause instanceof OrreryException known && known.code() == ErrorCode.UNAUTHENTICATED) {
            return OrreryException.of(
                    ErrorCode.UNAVAILABLE, "at " + address + " is somebody of another cluster: " + known.detail());
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }
}
