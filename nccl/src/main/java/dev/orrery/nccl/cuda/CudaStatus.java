package dev.orrery.nccl.cuda;

import dev.orrery.nccl.device.NativeCallException;
import org.bytedeco.cuda.global.cudart;

/** What CUDA's functions return. */
final class CudaStatus {
    /** From here on up to the first of "not supported", errors stay: the device's context is lost to this process. */
    private static final int FIRST_FATAL = 700;

    private static final int LAST_FATAL = 720;
    /** A GPU that fell off the bus, or whose memory is broken. */
    private static final int DEVICES_UNAVAILABLE = 46;

    private static final int ECC_UNCORRECTABLE = 214;

    private CudaStatus() {}

    static void check(int status, String call) {
        if (status != cudart.cudaSuccess) {
            throw failure(status, call);
        }
    }

    static NativeCallException failure(int status, String call) {
        boolean fatal = (status >= FIRST_FATAL && status <= LAST_FATAL)
                || status == DEVICES_UNAVAILABLE
                || status == ECC_UNCORRECTABLE;
        return new NativeCallException("cuda", call + " failed: " + describe(status), fatal);
    }

    static String describe(int status) {
        return "%s (%d), %s"
                .formatted(
                        cudart.cudaGetErrorName(status).getString(),
                        status,
                        cudart.cudaGetErrorString(status).getString());
    }
}
