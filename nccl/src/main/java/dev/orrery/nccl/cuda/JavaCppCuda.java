package dev.orrery.nccl.cuda;

import static dev.orrery.nccl.cuda.CudaStatus.check;

import dev.orrery.nccl.device.CudaCalls;
import dev.orrery.nccl.device.GpuInfo;
import dev.orrery.nccl.device.NativeEvent;
import dev.orrery.nccl.device.NativeStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** CUDA's runtime and driver. */
final class JavaCppCuda implements CudaCalls {
    private static final int NAME_BYTES = 256;
    private static final int UUID_BYTES = 16;
    /** Where the hyphens of a UUID are, in bytes. */
    private static final List<Integer> HYPHENS = List.of(4, 6, 8, 10);

    private record Stream(CUstream_st pointer) implements NativeStream {}

    private record Event(CUevent_st pointer) implements NativeEvent {}

    static CUstream_st pointer(NativeStream stream) {
        return ((Stream) stream).pointer();
    }

    private static CUevent_st pointer(NativeEvent event) {
        return ((Event) event).pointer();
    }

    /** By the driver, which needs no context on a device for it. */
    @Override
    public List<GpuInfo> devices() {
        check(cudart.cuInit(0), "cuInit");
        int[] count = new int[1];
        check(cudart.cudaGetDeviceCount(count), "cudaGetDeviceCount");
        List<GpuInfo> devices = new ArrayList<>();
        for (int index = 0; index < count[0]; index++) {
            devices.add(info(index));
        }
        return devices;
    }

    private static GpuInfo info(int index) {
        int[] device = new int[1];
        check(cudart.cuDeviceGet(device, index), "cuDeviceGet");
        byte[] name = new byte[NAME_BYTES];
        check(cudart.cuDeviceGetName(name, name.length, device[0]), "cuDeviceGetName");
        try (CUuuid uuid = new CUuuid();
                SizeTPointer memory = new SizeTPointer(1)) {
            check(cudart.cuDeviceGetUuid(uuid, device[0]), "cuDeviceGetUuid");
            check(cudart.cuDeviceTotalMem(memory, device[0]), "cuDeviceTotalMem");
            return new GpuInfo(index, text(uuid), memory.get(), text(name));
        }
    }

    private static String text(CUuuid uuid) {
        StringBuilder text = new StringBuilder("GPU-");
        for (int i = 0; i < UUID_BYTES; i++) {
            if (HYPHENS.contains(i)) {
                text.append('-');
            }
            text.append(HexFormat.of().toHexDigits(uuid.bytes(i)));
        }
        return text.toString();
    }

    private static String text(byte[] zeroEnded) {
        int length = 0;
        while (length < zeroEnded.length && zeroEnded[length] != 0) {
            length++;
        }
        return new String(zeroEnded, 0, length, StandardCharsets.UTF_8);
    }

    /** The newest CUDA that the driver can do, and that of the runtime library: 13000 is 13.0. */
    static List<Integer> versions() {
        int[] driver = new int[1];
        check(cudart.cudaDriverGetVersion(driver), "cudaDriverGetVersion");
        int[] runtime = new int[1];
        check(cudart.cudaRuntimeGetVersion(runtime), "cudaRuntimeGetVersion");
        return List.of(driver[0], runtime[0]);
    }

    @Override
    public void select(int device) {
        check(cudart.cudaSetDevice(device), "cudaSetDevice");
    }

    @Override
    public long allocate(long bytes) {
        try (Pointer memory = new Pointer((Pointer) null)) {
            int status = cudart.cudaMalloc(memory, bytes);
            if (status == cudart.cudaErrorMemoryAllocation) {
                // So that it is not told again, to a call that has nothing to do with it.
                int told = cudart.cudaGetLastError();
                throw new OutOfMemoryError("cudaMalloc of " + bytes + " bytes: " + CudaStatus.describe(told));
            }
            check(status, "cudaMalloc");
            return memory.address();
        }
    }

    @Override
    public void free(long address) {
        check(cudart.cudaFree(new Address(address)), "cudaFree");
    }

    @Override
    public NativeStream newStream() {
        CUstream_st stream = new CUstream_st();
        check(cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
        return new Stream(stream);
    }

    @Override
    public NativeEvent newEvent() {
        CUevent_st event = new CUevent_st();
        check(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "cudaEventCreateWithFlags");
        return new Event(event);
    }

    @Override
    public void record(NativeEvent event, NativeStream stream) {
        check(cudart.cudaEventRecord(pointer(event), pointer(stream)), "cudaEventRecord");
    }

    @Override
    public boolean isReached(NativeEvent event) {
        int status = cudart.cudaEventQuery(pointer(event));
        if (status == cudart.cudaErrorNotReady) {
            return false;
        }
        check(status, "cudaEventQuery");
        return true;
    }

    @Override
    public void copy(long from, long to, long bytes, CopyKind kind, NativeStream stream) {
        int code =
                switch (kind) {
                    case TO_DEVICE -> cudart.cudaMemcpyHostToDevice;
                    case TO_HOST -> cudart.cudaMemcpyDeviceToHost;
                    case WITHIN_DEVICE -> cudart.cudaMemcpyDeviceToDevice;
                };
        check(
                cudart.cudaMemcpyAsync(new Address(to), new Address(from), bytes, code, pointer(stream)),
                "cudaMemcpyAsync");
    }

    @Override
    public void destroy(NativeStream stream) {
        check(cudart.cudaStreamDestroy(pointer(stream)), "cudaStreamDestroy");
    }

    @Override
    public void destroy(NativeEvent event) {
        check(cudart.cudaEventDestroy(pointer(event)), "cudaEventDestroy");
    }
}
