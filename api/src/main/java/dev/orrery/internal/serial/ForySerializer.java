package dev.orrery.internal.serial;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.apache.fory.Fory;
import org.apache.fory.config.CompatibleMode;
import org.apache.fory.config.Language;
import org.apache.fory.logging.LoggerFactory;

/**
 * By Apache Fory, without generated code: that would cost a worker's first calls hundreds of milliseconds, and keep its
 * class loaders. Both sides must have the same version of a class; another one is an error rather than wrong data.
 */
public final class ForySerializer implements ObjectSerializer {
    private static final int KEPT = 8;
    private static final int MOST_CAUSES = 10;

    /** Beyond the numbers that Fory gives to classes of the JDK. */
    private static final int FIRST_BOUND = 1_000;

    static {
        // By itself it writes to the standard output.
        LoggerFactory.useSlf4jLogging(true);
    }

    private final ClassLoader classes;
    private final List<BoundType<?>> bound;

    /** One of them serves one thread at a time. */
    private final Queue<Fory> idle = new ArrayBlockingQueue<>(KEPT);

    /** @param classes finds the classes of what is read */
    public ForySerializer(ClassLoader classes) {
        this(classes, List.of());
    }

    /** @param bound types that do not travel as their fields */
    public ForySerializer(ClassLoader classes, List<BoundType<?>> bound) {
        this.classes = classes;
        this.bound = List.copyOf(bound);
    }

    @Override
    public ByteString write(String what, Object value) {
        Fory fory = take();
        ByteString bytes;
        // Whatever a class's own way of serialising throws comes through, checked exceptions undeclared.
        try {
            bytes = UnsafeByteOperations.unsafeWrap(fory.serialize(value));
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw failed(what + ", a " + value.getClass().getName() + ", cannot be serialised", e);
        }
        idle.offer(fory);
        return bytes;
    }

    @Override
    public Object read(String what, ByteString bytes) {
        return readOwn(what, bytes.toByteArray());
    }

    @Override
    public Object readOwn(String what, byte[] bytes) {
        Fory fory = take();
        Object value;
        // Fory also looks for classes where the thread's class loader finds them.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            value = fory.deserialize(bytes);
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw failed(what + " cannot be read", e);
        } finally {
            thread.setContextClassLoader(before);
        }
        idle.offer(fory);
        return value;
    }

    private Fory take() {
        return Optional.ofNullable(idle.poll()).orElseGet(this::create);
    }

    private Fory create() {
        Fory fory = Fory.builder()
                .withLanguage(Language.JAVA)
                .withClassLoader(classes)
                .withCompatibleMode(CompatibleMode.SCHEMA_CONSISTENT)
                .withClassVersionCheck(true)
                .withRefTracking(true)
                .withCodegen(false)
                .withDeserializeNonexistentClass(false)
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true)
                .build();
        fory.getClassResolver().setClassChecker((resolver, className) -> accept(className));
        bound.forEach(type -> register(fory, type));
        return fory;
    }

    /** By number, so that its name is none that has to be accepted. */
    private static <T> void register(Fory fory, BoundType<T> type) {
        fory.register(type.type(), FIRST_BOUND + type.id());
        fory.registerSerializer(type.type(), new BoundSerializer<>(fory, type));
    }

    /** Refused by an exception, because Fory's own tells how to open it. */
    private static boolean accept(String className) {
        if (!AcceptedClasses.accepts(className)) {
            throw new IllegalArgumentException("a " + className + " is nothing that can be sent");
        }
        return true;
    }

    /** One that failed is not used again: what it was in the middle of is still in it. */
    private static OrreryException failed(String what, Throwable thrown) {
        Throwable root = rootOf(thrown);
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        ErrorCode code = root instanceof OrreryException known && known.code() == ErrorCode.OBJECT_RELEASED
                ? known.code()
                : ErrorCode.NOT_SERIALIZABLE;
        return OrreryException.of(code, what + ": " + why);
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        for (int depth = 0; root.getCause() != null && depth < MOST_CAUSES; depth++) {
            root = root.getCause();
        }
        return root;
    }
}
