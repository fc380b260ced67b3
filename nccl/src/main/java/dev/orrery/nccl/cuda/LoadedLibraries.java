package dev.orrery.nccl.cuda;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.nccl.device.GpuInfo;
import dev.orrery.nccl.device.GpuSupport;
import dev.orrery.nccl.device.NativeCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads CUDA and NCCL, which a process can try once only: a class whose first use failed can never be used again. So the
 * outcome is that of the process.
 */
public final class LoadedLibraries {
    private static final Logger log = LoggerFactory.getLogger(LoadedLibraries.class);
    /** The first whose communicators can be non-blocking from their beginning to their end. */
    private static final NcclVersion OLDEST = new NcclVersion(21_800);

    private static final String DRIVER = "libcuda.so.1";
    private static final String RUNTIME = "libcudart.so.13";
    private static final String NCCL = "libnccl.so.2";
    /** JavaCPP would start a thread that frees what the garbage collector found; everything here is freed by hand. */
    private static final String NO_COLLECTION = "org.bytedeco.javacpp.nopointergc";

    private static Optional<GpuSupport> outcome = Optional.empty();

    private LoadedLibraries() {}

    /** @param libraries used by the first call of the process */
    public static synchronized GpuSupport load(GpuLibraries libraries) {
        if (outcome.isEmpty()) {
            outcome = Optional.of(tryToLoad(libraries));
        }
        return outcome.get();
    }

    private static GpuSupport tryToLoad(GpuLibraries libraries) {
        System.setProperty(NO_COLLECTION, "true");
        try {
            libraries.cuda().ifPresent(at -> loadFrom(at, DRIVER, false));
            libraries.cuda().ifPresent(at -> loadFrom(at, RUNTIME, true));
            Loader.load(cudart.class);
            libraries.nccl().ifPresent(at -> loadFrom(at, NCCL, true));
            Loader.load(nccl.class);
        } catch (LinkageError e) {
            log.debug("CUDA and NCCL cannot be loaded", e);
            return new GpuSupport.Off(MissingLibrary.explain(e, libraries));
        }
        return look();
    }

    /** Its name is then found by what needs it, wherever the dynamic linker looks. */
    private static void loadFrom(Path at, String name, boolean needed) {
        Path file = Files.isDirectory(at) ? at.resolve(name) : at;
        boolean isThere = Files.isRegularFile(file) && (needed || Files.isDirectory(at));
        if (isThere) {
            System.load(file.toAbsolutePath().toString());
        } else if (needed) {
            throw new UnsatisfiedLinkError(file + ": there is no such file");
        }
    }

    private static GpuSupport look() {
        try {
            JavaCppCuda cuda = new JavaCppCuda();
            List<GpuInfo> devices = cuda.devices();
            if (devices.isEmpty()) {
                return new GpuSupport.Off("CUDA finds no device that this process may use");
            }
            NcclVersion version = JavaCppNccl.loadedVersion();
            if (!version.isAtLeast(OLDEST)) {
                return new GpuSupport.Off("NCCL " + version + " is too old; " + OLDEST + " is needed");
            }
            return new GpuSupport.On(cuda, new JavaCppNccl(version), devices);
        } catch (NativeCallException e) {
            log.debug("CUDA does not work", e);
            return new GpuSupport.Off(e.getMessage());
        }
    }
}
