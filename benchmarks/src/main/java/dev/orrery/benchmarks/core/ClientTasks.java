package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.TaskContext;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Clients that are tasks: each returns how much of what it was told to do it did. */
final class ClientTasks {
    private ClientTasks() {}

    static int call(List<ActorRef<EchoActor>> servers, int calls) {
        return Calls.toAll(servers, calls);
    }

    static int callLater(List<ActorRef<EchoActor>> servers, int calls) {
        return Calls.toAllLater(servers, calls);
    }

    static int submit(int tasks) {
        return Submissions.of(TaskContext.current().orrery(), tasks);
    }

    static int put(int objects) {
        Orrery orrery = TaskContext.current().orrery();
        int done = 0;
        for (int i = 0; i < objects; i++) {
            if (orrery.put(0).isDone()) {
                done++;
            }
        }
        return done;
    }

    /** Objects of the task's worker. */
    static List<ObjectRef<Integer>> references(int objects) {
        Orrery orrery = TaskContext.current().orrery();
        return IntStream.range(0, objects).mapToObj(i -> orrery.put(1)).toList();
    }

    /** Of so many FP64 each. */
    static int putTensors(int tensors, int elements) {
        Orrery orrery = TaskContext.current().orrery();
        int done = 0;
        for (int i = 0; i < tensors; i++) {
            try (Tensor zeros = Tensor.allocateZeroed(DataType.FP64, elements)) {
                ObjectRef<Tensor> ref = orrery.put(zeros);
                if (ref.isDone()) {
                    done++;
                }
                ref.release();
            }
        }
        return done;
    }
}
