package dev.orrery.benchmarks.process;

import java.nio.file.Files;
import java.nio.file.Path;

/** A virtual environment of Python with what a benchmark compares with; each has what the others' versions exclude. */
public enum PeerEnvironment {
    /** torch.distributed and MultiWorld. */
    WORLDS("venv", "requirements.txt"),
    /** Ray. */
    CORE("ray", "requirements-core.txt");

    private final String folder;
    private final String requirements;

    PeerEnvironment(String folder, String requirements) {
        this.folder = folder;
        this.requirements = requirements;
    }

    /** @param home the folder of the source tree */
    public Path folder(Path home) {
        return home.resolve(".peers").resolve(folder);
    }

    /** Where Python is, once it is installed. */
    public Path python(Path home) {
        return folder(home).resolve("bin").resolve("python");
    }

    public boolean isInstalled(Path home) {
        return Files.isExecutable(python(home));
    }

    /** What pip is to install, with versions. */
    public Path requirements(Path home) {
        return scripts(home).resolve(requirements);
    }

    /** Where the scripts of all peers are. */
    public static Path scripts(Path home) {
        return home.resolve("benchmarks").resolve("peers");
    }
}
