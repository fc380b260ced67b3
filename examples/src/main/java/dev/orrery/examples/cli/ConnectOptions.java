package dev.orrery.examples.cli;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** How a command finds its cluster: by default the local one that {@code orrery up} runs. */
final class ConnectOptions {
    private static final String SCHEME = "orrery://";

    @Option(names = "--dir", paramLabel = "DIR", description = "Folder of a local cluster (default: ~/.orrery/orrery).")
    private Path directory = Path.of(System.getProperty("user.home"), ".orrery", "orrery");

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Heads to ask, like orrery://host:6400,host2:6400 (default: what the folder's cluster says).",
            defaultValue = "${env:ORRERY_ADDRESS}")
    private String address;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "The cluster's secret (default: the folder's).",
            defaultValue = "${env:ORRERY_SECRET_FILE}")
    private Path secretFile;

    ClusterObserver connect() {
        Path secret = secretFile != null ? secretFile : directory.resolve("secret");
        return new ClusterObserver(secret, heads());
    }

    private List<HostPort> heads() {
        String heads = address != null ? address : runningAddress();
        return Arrays.stream(heads.replace(SCHEME, "").split(","))
                .map(HostPort::parse)
                .toList();
    }

    private String runningAddress() {
        try {
            return Files.readString(directory.resolve("address")).strip();
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    "no cluster runs in " + directory
                            + "; start one with 'orrery up', or name one with --dir or --address",
                    e);
        }
    }
}
