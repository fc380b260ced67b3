package dev.orrery.worker.actor;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserFunction;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Constructs the actor and runs calls on it, one at a time, on its thread. Whatever a call throws is its caller's. */
final class ActorWork implements UserWork {
    private static final Logger LOG = LoggerFactory.getLogger(ActorWork.class);

    private final PlainActorSpec spec;
    private final ActorContext context;
    private final FunctionLoader functions;
    private final Arguments arguments;
    private final ValueCodec values;
    private final CallErrors errors;
    private final BooleanSupplier stopping;
    private final Tenure tenure;
    private Optional<Object> actor = Optional.empty();

    ActorWork(
            PlainActorSpec spec,
            ActorContext context,
            FunctionLoader functions,
            ValueCodec values,
            CallErrors errors,
            BooleanSupplier stopping,
            Tenure tenure) {
        this.spec = spec;
        this.context = context;
        this.functions = functions;
        this.values = values;
        this.arguments = new Arguments(values);
        this.errors = errors;
        this.stopping = stopping;
        this.tenure = tenure;
    }

    /** Tensors stay with the actor. */
    @Override
    public void open() throws Throwable {
        UserFunction constructor = functions.load(spec.getFactory());
        constructor.checkCreate(spec.getArgumentsCount());
        Object made = constructor.invoke(arguments.read(spec.getArgumentsList(), 0));
        if (made == null) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "the actor's factory returned null");
        }
        if (made instanceof ContextAware aware) {
            aware.onStart(context);
        }
        actor = Optional.of(made);
    }

    @Override
    public void run(PendingCall call) {
        if (!tenure.holds()) {
            call.fail(errors.paused());
            return;
        }
        Object[] given = {};
        try {
            Object self = actor.orElseThrow();
            UserFunction method = functions.load(call.request().getFunction());
            method.checkCallOn(self, call.request().getArgumentsCount());
            given = arguments.read(call.request().getArgumentsList(), 1);
            given[0] = self;
            call(method, given, call);
        } catch (OrreryException e) {
            call.fail(e);
        } catch (RuntimeException | LinkageError e) {
            // A class of the user's does not fit to another, its static initialiser threw, a tensor was closed, ….
            call.fail(errors.threw("what the call needs", e));
        } finally {
            Arguments.close(given, 1);
        }
    }

    private void call(UserFunction method, Object[] given, PendingCall call) {
        Object result;
        try {
            result = method.invoke(given);
        } catch (Throwable thrown) {
            Arguments.rethrowFatal(thrown);
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
            ValueCodec.release(result);
        }
    }

    @Override
    public void close() {
        if (actor.orElseThrow() instanceof AutoCloseable closeable) {
            // Whatever the user's code throws.
            try {
                closeable.close();
            } catch (Throwable thrown) {
                LOG.warn("closing actor {} failed", context.actor(), thrown);
            }
        }
    }
}
