package dev.orrery.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** The libraries that worlds are compared with, as {@code peers-install} leaves them. */
public final class PeerLibraries {
    private final Path home;
    private final Path logs;

    /** @param home the folder of this source tree */
    public PeerLibraries(Path home, Path logs) {
        this.home = home;
        this.logs = logs;
    }

    public boolean areInstalled() {
        return PeerEnvironment.WORLDS.isInstalled(home);
    }

    /** Ranks of one process group of torch.distributed. */
    public List<Launch> gloo(int ranks) {
        return all("gloo", ranks, ranks, freePort());
    }

    /** A receiver and {@code senders} processes, each of which shares a world with it. */
    public List<Launch> multiWorld(int senders) {
        return all("multiworld", senders + 1, senders, freePort());
    }

    private List<Launch> all(String library, int processes, int size, int port) {
        Path script = PeerEnvironment.scripts(home).resolve(library + "_bench.py");
        return IntStream.range(0, processes)
                .mapToObj(number -> new Launch(
                        library + "-" + number,
                        List.of(
                                PeerEnvironment.WORLDS.python(home).toString(),
                                script.toString(),
                                Integer.toString(number),
                                Integer.toString(size),
                                Integer.toString(port)),
                        logs.resolve(library + "-" + number + ".log")))
                .toList();
    }

    /** A port that nobody listened at a moment ago; the next few are used, too. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port", e);
        }
    }
}
