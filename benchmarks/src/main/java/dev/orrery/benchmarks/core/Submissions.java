package dev.orrery.benchmarks.core;

import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import java.util.ArrayList;
import java.util.List;

/** Many small tasks at a time, of a client wherever it is. */
final class Submissions {
    private Submissions() {}

    /** Returns how many ended as they should. */
    static int of(Orrery orrery, int tasks) {
        List<ObjectRef<byte[]>> open = begun(orrery, tasks);
        int done = 0;
        for (ObjectRef<byte[]> one : open) {
            if (one.get().length == EchoActor.BYTES) {
                done++;
            }
        }
        return done;
    }

    static List<ObjectRef<byte[]>> begun(Orrery orrery, int tasks) {
        List<ObjectRef<byte[]>> open = new ArrayList<>(tasks);
        for (int i = 0; i < tasks; i++) {
            open.add(orrery.task(EchoActor::smallTask).submit());
        }
        return open;
    }
}
