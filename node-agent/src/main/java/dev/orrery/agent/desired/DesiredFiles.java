package dev.orrery.agent.desired;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.worker.launch.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** In two files. */
public final class DesiredFiles implements DesiredStore {
    private static final Logger LOG = LoggerFactory.getLogger(DesiredFiles.class);

    private final Path setFile;
    private final Path clusterFile;

    public DesiredFiles(Path setFile, Path clusterFile) {
        this.setFile = setFile;
        this.clusterFile = clusterFile;
    }

    @Override
    public Optional<DesiredSet> read() {
        try {
            return Optional.of(DesiredSet.parseFrom(Files.readAllBytes(setFile)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            // Without a set nothing is stopped or launched; the leader sends it anew.
            LOG.error("{} is damaged and will be replaced by what the leader sends: {}", setFile, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot read " + setFile, e);
        }
    }

    @Override
    public void write(DesiredSet set) throws IOException {
        DurableFile.write(setFile, set.toByteArray());
    }

    @Override
    public Optional<String> cluster() {
        try {
            String cluster = Files.readString(clusterFile).strip();
            return cluster.isEmpty() ? Optional.empty() : Optional.of(cluster);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot read " + clusterFile, e);
        }
    }

    @Override
    public void writeCluster(String cluster) throws IOException {
        DurableFile.write(clusterFile, (cluster + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
