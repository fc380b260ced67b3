package dev.orrery.worker.actor;

import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.ValueCodec;
import java.util.List;

/** What goes into the user's code and comes out of it. */
final class Arguments {
    private final ValueCodec values;

    Arguments(ValueCodec values) {
        this.values = values;
    }

    /** @param before places to be left free at the beginning */
    Object[] read(List<Value> arguments, int before) {
        Object[] given = new Object[before + arguments.size()];
        try {
            for (int i = 0; i < arguments.size(); i++) {
                given[before + i] = values.fromMessage("argument " + (i + 1), arguments.get(i));
            }
            return given;
        } catch (RuntimeException | LinkageError e) {
            close(given, before);
            throw e;
        }
    }

    /** They were lent for the call. */
    static void close(Object[] given, int from) {
        for (int i = from; i < given.length; i++) {
            ValueCodec.release(given[i]);
        }
    }

    /** A recursion without end is the user's mistake and leaves the JVM whole; any other error of the JVM does not. */
    static void rethrowFatal(Throwable thrown) {
        if (thrown instanceof VirtualMachineError fatal && !(thrown instanceof StackOverflowError)) {
            throw fatal;
        }
    }
}
