package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserFunction;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Constructs the actor and runs calls on it, one at a time, on its thread. Whatever a call throws is its caller's. */
final class ActorCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ActorCalls.class);

    private final FunctionLoader functions;
    private final ValueCodec values;
    private final CallErrors errors;
    private final BooleanSupplier stopping;
    private final Tenure tenure;

    ActorCalls(
            FunctionLoader functions, ValueCodec values, CallErrors errors, BooleanSupplier stopping, Tenure tenure) {
        this.functions = functions;
        this.values = values;
        this.errors = errors;
        this.stopping = stopping;
        this.tenure = tenure;
    }

    /** Throws what the user's code throws, or what is wrong with the definition. Tensors stay with the actor. */
    Object create(ActorFunction factory, List<Value> arguments) throws Throwable {
        UserFunction constructor = functions.load(factory);
        constructor.checkCreate(arguments.size());
        return constructor.invoke(read(arguments, new Object[arguments.size()], 0));
    }

    /** Throws only what ends the process. */
    void run(Object actor, PendingCall call) {
        if (!tenure.holds()) {
            call.fail(errors.paused());
            return;
        }
        List<Value> arguments = call.request().getArgumentsList();
        Object[] given = new Object[arguments.size() + 1];
        given[0] = actor;
        try {
            UserFunction method = functions.load(call.request().getFunction());
            method.checkCallOn(actor, arguments.size());
            read(arguments, given, 1);
            call(method, given, call);
        } catch (OrreryException e) {
            call.fail(e);
        } catch (RuntimeException | LinkageError e) {
            // A class of the user's does not fit to another, its static initialiser threw, a tensor was closed, ….
            call.fail(errors.threw("what the call needs", e));
        } finally {
            closeTensors(1, given);
        }
    }

    private Object[] read(List<Value> arguments, Object[] into, int from) {
        for (int i = 0; i < arguments.size(); i++) {
            into[from + i] = values.fromMessage("argument " + (i + 1), arguments.get(i));
        }
        return into;
    }

    private void call(UserFunction method, Object[] given, PendingCall call) {
        Object result;
        try {
            result = method.invoke(given);
        } catch (Throwable thrown) {
            if (endsProcess(thrown)) {
                throw (VirtualMachineError) thrown;
            }
            LOG.info("{} threw {}", method.name(), Failure.of(thrown).summary());
            call.fail(
                    !tenure.holds()
                            ? errors.leaseLost(method.name())
                            : stopping.getAsBoolean()
                                    ? errors.stoppedInside(thrown)
                                    : errors.threw(method.name(), thrown));
            return;
        }
        try {
            Value value = values.toMessage("the result of " + method.name(), result);
            if (tenure.holds()) {
                call.succeed(value);
            } else {
                call.fail(errors.leaseLost(method.name()));
            }
        } finally {
            closeTensors(0, result);
        }
    }

    /** A recursion without end is the user's mistake and leaves the JVM whole; any other error of the JVM does not. */
    private static boolean endsProcess(Throwable thrown) {
        return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError);
    }

    /** Arguments were lent for the call, and a result was given up by it. */
    private static void closeTensors(int from, Object... values) {
        for (int i = from; i < values.length; i++) {
            if (values[i] instanceof Tensor tensor) {
                tensor.close();
            } else if (values[i] instanceof Tensors tensors) {
                tensors.close();
            }
        }
    }
}
