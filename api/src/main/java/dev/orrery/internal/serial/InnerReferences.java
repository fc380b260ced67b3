package dev.orrery.internal.serial;

import dev.orrery.internal.proto.ObjectReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The objects that a value refers to inside, found while it is written: who has its bytes holds them. Not thread-safe. */
public final class InnerReferences {
    private static final ThreadLocal<InnerReferences> CURRENT = new ThreadLocal<>();

    private record Inner(ObjectReference reference, Runnable letGo) {}

    private final List<Inner> all = new ArrayList<>();

    /** What is written on this thread meanwhile adds what it refers to. */
    <T> T during(Supplier<T> writing) {
        InnerReferences before = CURRENT.get();
        CURRENT.set(this);
        try {
            return writing.get();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /**
     * Of the value that this thread writes.
     *
     * @param letGo of the object, which is held for the value
     */
    public static void add(ObjectReference reference, Runnable letGo) {
        CURRENT.get().all.add(new Inner(reference, letGo));
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    public List<ObjectReference> references() {
        return all.stream().map(Inner::reference).toList();
    }

    /** The bytes are not needed any more. Once. */
    public void letGo() {
        all.forEach(inner -> inner.letGo().run());
    }
}
