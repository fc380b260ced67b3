package dev.orrery.worker.actor;

import dev.orrery.ContextAware;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserFunction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Constructs the actor, runs calls on it, and closes it. Whatever a call throws is its caller's. Calls may run at once. */
final class ActorWork implements UserWork {
    private static final Logger LOG = LoggerFactory.getLogger(ActorWork.class);

    private final PlainActorSpec spec;
    private final SelfContext context;
    private final FunctionLoader functions;
    private final Arguments arguments;
    private final ValueCodec values;
    private final CallErrors errors;
    private final BooleanSupplier stopping;
    private final Tenure tenure;
    private final Executor answers;
    private final ObjectExchange exchange;
    private final KeptResults results;
    /** Answers that wait for a state to be saved. */
    private final Map<PendingCall, CompletableFuture<Void>> untold = new ConcurrentHashMap<>();

    private volatile Optional<Object> actor = Optional.empty();

    /**
     * @param answers encodes results that come later
     * @param exchange for what arguments and results refer to
     */
    ActorWork(
            PlainActorSpec spec,
            SelfContext context,
            FunctionLoader functions,
            ValueCodec values,
            CallErrors errors,
            BooleanSupplier stopping,
            Tenure tenure,
            Executor answers,
            ObjectExchange exchange,
            KeptResults results) {
        this.spec = spec;
        this.context = context;
        this.functions = functions;
        this.values = values;
        this.arguments = new Arguments(values);
        this.errors = errors;
        this.stopping = stopping;
        this.tenure = tenure;
        this.answers = answers;
        this.exchange = exchange;
        this.results = results;
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
        context.checkpoints().open(made);
        actor = Optional.of(made);
    }

    @Override
    public CompletableFuture<Void> run(PendingCall call) {
        if (!tenure.holds()) {
            call.fail(errors.paused());
            return ENDED;
        }
        Object[] given = {};
        CompletableFuture<Void> end = ENDED;
        ReferredObjects referred = ReferredObjects.of(exchange, call.request().getArgumentsList());
        try {
            Object self = actor.orElseThrow();
            UserFunction method = functions.load(call.request().getFunction());
            method.checkCallOn(self, call.request().getArgumentsCount());
            given = arguments.read(call.request().getArgumentsList(), 1);
            given[0] = self;
            end = call(method, given, call, referred);
        } catch (OrreryException e) {
            call.fail(e);
        } catch (RuntimeException | LinkageError e) {
            // A class of the user's does not fit to another, its static initialiser threw, a tensor was closed, ….
            call.fail(errors.threw("what the call needs", e));
        } finally {
            closeAfter(end, given, referred);
        }
        return end;
    }

    private static void closeAfter(CompletableFuture<Void> end, Object[] given, ReferredObjects referred) {
        if (end.isDone()) {
            Arguments.close(given, 1);
            referred.close();
        } else {
            end.thenRun(() -> {
                Arguments.close(given, 1);
                referred.close();
            });
        }
    }

    private CompletableFuture<Void> call(
            UserFunction method, Object[] given, PendingCall call, ReferredObjects referred) {
        Object result;
        context.checkpoints().callBegins();
        try {
            result = method.invoke(given);
        } catch (Throwable thrown) {
            Arguments.rethrowFatal(thrown);
            referred.awaitSettled();
            Runnable failing = () -> call.fail(failure(method, thrown));
            return tell(method, call, context.checkpoints().callLeaves(), new Answer(failing, () -> {}));
        }
        List<CompletableFuture<Void>> saves = context.checkpoints().callLeaves();
        boolean isStage = result instanceof CompletionStage<?>;
        if (isStage != call.request().getAsync()) {
            ValueCodec.release(result);
            throw isStage ? errors.returnedStage(method.name()) : errors.returnedNoStage(method.name(), result);
        }
        return isStage
                ? answerLater(method, (CompletionStage<?>) result, call, new CallCourse(saves, referred))
                : tell(method, call, saves, answer(method, result, call, referred));
    }

    /** What a call has begun that has to be done before its answer is told. */
    private record CallCourse(List<CompletableFuture<Void>> saves, ReferredObjects referred) {}

    /** @param dropped instead of {@code told}, where a state could not be saved */
    private record Answer(Runnable told, Runnable dropped) {}

    /** Once what is to be saved before that is: the answer of a call that has ended. Returns when the next one may begin. */
    private CompletableFuture<Void> tell(
            UserFunction method, PendingCall call, List<CompletableFuture<Void>> saves, Answer answer) {
        CompletableFuture<Void> saved = context.checkpoints().callEnds(saves);
        if (saved == Checkpoints.NOTHING_TO_SAVE) {
            answer.told().run();
            return ENDED;
        }
        CompletableFuture<Void> told = saved.handle((none, failure) -> {
            if (failure == null) {
                answer.told().run();
            } else {
                answer.dropped().run();
                call.fail(errors.notSaved(method.name(), failure));
            }
            return null;
        });
        untold.put(call, told);
        var unused = told.whenComplete((none, failure) -> untold.remove(call));
        // Calls need not wait for each other's states, as long as not too many answers do.
        return context.checkpoints().hasRoom() ? ENDED : told;
    }

    private OrreryException failure(UserFunction method, Throwable thrown) {
        LOG.info("{} threw {}", method.name(), Failure.of(thrown).summary());
        if (!tenure.holds()) {
            return errors.leaseLost(method.name());
        }
        return stopping.getAsBoolean() ? errors.stoppedInside(thrown) : errors.threw(method.name(), thrown);
    }

    /** When the stage is complete. */
    private CompletableFuture<Void> answerLater(
            UserFunction method, CompletionStage<?> stage, PendingCall call, CallCourse course) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        BiConsumer<Object, Throwable> answer = (result, thrown) -> {
            CompletableFuture<Void> told = ENDED;
            try {
                told = tell(method, call, course.saves(), laterAnswer(method, call, course, result, thrown));
            } catch (RuntimeException | Error e) {
                // Nobody else would hear of it.
                call.fail(errors.threw("the result of " + method.name(), e));
            } finally {
                told.thenRun(() -> end.complete(null));
            }
        };
        if (stage instanceof CompletableFuture<?> future && future.isDone()) {
            future.whenComplete(answer);
        } else {
            // Reading and writing values may take long, and whoever completes the stage may be an I/O thread.
            stage.whenCompleteAsync(answer, answers);
        }
        return end;
    }

    private Answer laterAnswer(
            UserFunction method, PendingCall call, CallCourse course, Object result, Throwable thrown) {
        if (thrown == null) {
            return answer(method, result, call, course.referred());
        }
        course.referred().awaitSettled();
        return new Answer(() -> call.fail(failure(method, ErrorCodec.unwrap(thrown))), () -> {});
    }

    /** What is left to be done with a result: it is read here, and the actor's thread is free then. */
    private Answer answer(UserFunction method, Object result, PendingCall call, ReferredObjects referred) {
        try {
            KeptValue kept =
                    exchange.store().keep("the result of " + method.name(), result, values, bytes -> Optional.empty());
            referred.awaitSettled();
            Runnable telling = () -> {
                if (tenure.holds()) {
                    answer(call, kept);
                } else {
                    kept.release();
                    call.fail(errors.leaseLost(method.name()));
                }
            };
            return new Answer(telling, kept::release);
        } catch (OrreryException e) {
            return new Answer(() -> call.fail(e), () -> {});
        } finally {
            ValueCodec.release(result);
        }
    }

    private void answer(PendingCall call, KeptValue result) {
        ActorCallResponse answer = results.answer(call.caller(), result).build();
        if (!call.succeed(answer)) {
            results.discard(call.caller(), answer);
        }
    }

    /** Saving is bounded, and ends at once when the worker is told to stop. */
    @Override
    public void awaitAnswers() {
        CompletableFuture.allOf(untold.values().toArray(CompletableFuture[]::new))
                .handle((none, failure) -> null)
                .join();
    }

    @Override
    public void close() {
        context.checkpoints().awaitSaved();
        // Before the user's code, as the leader bounds how long closing may take.
        context.ending().tellLeader();
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
