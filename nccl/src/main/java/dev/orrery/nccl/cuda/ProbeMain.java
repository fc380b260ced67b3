package dev.orrery.nccl.cuda;

import dev.orrery.nccl.device.GpuInfo;
import dev.orrery.nccl.device.GpuSupport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Tells what GPUs a process of this host may use, in a process of its own: native libraries that do not fit can end the
 * process that loads them. Options: {@code --cuda-lib PATH}, {@code --nccl-lib PATH}. Says on standard output {@code nccl}
 * and the version's code, {@code cuda} and the versions of driver and runtime, and for each device {@code gpu}, its UUID, its
 * bytes of memory and its name; or {@code off} and why.
 */
public final class ProbeMain {
    private ProbeMain() {}

    public static void main(String[] args) {
        tell(
                LoadedLibraries.load(new GpuLibraries(option("--cuda-lib", args), option("--nccl-lib", args))),
                System.out);
    }

    private static Optional<Path> option(String name, String... args) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                return Optional.of(Path.of(args[i + 1]));
            }
        }
        return Optional.empty();
    }

    private static void tell(GpuSupport support, PrintStream out) {
        if (support instanceof GpuSupport.On on) {
            out.println("nccl " + on.nccl().version().code());
            List<Integer> cuda = JavaCppCuda.versions();
            out.println("cuda " + cuda.get(0) + " " + cuda.get(1));
            for (GpuInfo device : on.devices()) {
                out.println("gpu " + device.uuid() + " " + device.memoryBytes() + " " + device.name());
            }
        } else if (support instanceof GpuSupport.Off off) {
            out.println("off " + off.why().replaceAll("\\s+", " "));
        }
        out.flush();
    }
}
