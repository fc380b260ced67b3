package dev.orrery.nccl.world;

import dev.orrery.nccl.cuda.GpuLibraries;
import dev.orrery.nccl.cuda.LoadedLibraries;
import dev.orrery.nccl.device.CudaCalls;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.GpuSupport;
import dev.orrery.nccl.device.NcclCalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/** A device before whose calls of CUDA and NCCL the test does something, on the thread that calls. */
final class TestingCalls {
    private TestingCalls() {}

    /** @param before given the name of the method; what it throws is thrown instead of the call */
    static Gpu gpu(int index, Consumer<String> before) {
        TestingGpus.require();
        GpuSupport.On on = LoadedLibraries.load(GpuLibraries.OF_THE_HOST).require();
        return new Gpu(
                watched(CudaCalls.class, on.cuda(), before),
                watched(NcclCalls.class, on.nccl(), before),
                on.devices().get(index));
    }

    private static <T> T watched(Class<T> type, T real, Consumer<String> before) {
        Object proxy = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            before.accept(method.getName());
            try {
                return method.invoke(real, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        return type.cast(proxy);
    }
}
