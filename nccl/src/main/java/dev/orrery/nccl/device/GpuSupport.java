package dev.orrery.nccl.device;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.List;

/** What this process can do with GPUs. */
public sealed interface GpuSupport {
    /** @param why for people: the first cause, on one line */
    record Off(String why) implements GpuSupport {
        @Override
        public On require() {
            throw OrreryException.of(ErrorCode.UNSUPPORTED, "NCCL is off: " + why);
        }
    }

    /** @param devices at least one */
    record On(CudaCalls cuda, NcclCalls nccl, List<GpuInfo> devices) implements GpuSupport {
        public On {
            devices = List.copyOf(devices);
        }

        @Override
        public On require() {
            return this;
        }
    }

    /** Throws UNSUPPORTED, with the reason. */
    On require();
}
