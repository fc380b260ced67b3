package dev.orrery.internal.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.orrery.Orrery;
import dev.orrery.Pipeline;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.MissingArtifactsRequest;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.rpc.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jars that a pipeline's or an actor's code is in: those that were declared, and what its own classes were loaded from;
 * a folder of classes is packed into a jar for the purpose. Each is named by its SHA-256 and sent once.
 */
public final class ArtifactShipment implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ArtifactShipment.class);
    private static final int CHUNK_BYTES = 4 << 20;

    /** How often the head may change while one artifact is sent. */
    private static final int MOST_TURNS = 5;

    private static final ClassValue<Optional<Path>> ORIGINS = new ClassValue<>() {
        @Override
        protected Optional<Path> computeValue(Class<?> type) {
            return findOrigin(type);
        }
    };

    private final Map<ArtifactRef, Path> files;
    private final List<Path> temporary;

    private ArtifactShipment(Map<ArtifactRef, Path> files, List<Path> temporary) {
        this.files = files;
        this.temporary = temporary;
    }

    /** @param beside jars that come last, whatever is shipped */
    static ArtifactShipment of(Pipeline pipeline, List<Path> beside) {
        List<Class<?>> classes = new ArrayList<>();
        pipeline.stages().forEach(stage -> stage.factory().ifPresent(factory -> classes.add(factory.getClass())));
        return of(classes, pipeline.artifacts(), beside);
    }

    /**
     * What the classes were loaded from, then the declared jars.
     *
     * @param beside jars that come last, whatever is shipped
     */
    static ArtifactShipment of(List<Class<?>> classes, List<Path> declared, List<Path> beside) {
        Set<Path> origins = new LinkedHashSet<>();
        classes.forEach(type -> origin(type).ifPresent(origins::add));
        return ofOrigins(origins, declared, beside);
    }

    /**
     * Jars and folders of classes, then the declared jars.
     *
     * @param beside jars that come last, whatever is shipped
     */
    public static ArtifactShipment ofOrigins(Set<Path> origins, List<Path> declared, List<Path> beside) {
        ArtifactShipment shipment = new ArtifactShipment(new LinkedHashMap<>(), new ArrayList<>());
        try {
            shipment.collect(origins, declared, beside);
            return shipment;
        } catch (OrreryException e) {
            shipment.close();
            throw e;
        }
    }

    private void collect(Set<Path> origins, List<Path> declared, List<Path> beside) {
        Set<Path> all = new LinkedHashSet<>(origins);
        all.addAll(declared);
        all.addAll(beside);
        for (Path origin : all) {
            if (Files.isDirectory(origin)) {
                String name = "classes-" + Integer.toHexString(origin.hashCode());
                Path packed = ClassFolderJar.pack(origin, name + "-");
                temporary.add(packed);
                files.put(describe(packed, name + ".jar"), packed);
            } else {
                files.put(describe(origin, origin.getFileName().toString()), origin);
            }
        }
    }

    /** Where a class was loaded from, unless that is Orrery's own API or the JDK. */
    public static Optional<Path> origin(Class<?> type) {
        return ORIGINS.get(type);
    }

    private static Optional<Path> findOrigin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        CodeSource own = Orrery.class.getProtectionDomain().getCodeSource();
        if (source == null
                || source.getLocation() == null
                || source.getLocation().equals(own.getLocation())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(source.getLocation().toURI())).filter(Files::exists);
        } catch (URISyntaxException | IllegalArgumentException e) {
            // Not a file: the user names the artifact.
            return Optional.empty();
        }
    }

    private static ArtifactRef describe(Path jar, String name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(jar), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return ArtifactRef.newBuilder()
                    .setSha256(HexFormat.of().formatHex(digest.digest()))
                    .setName(name)
                    .setSize(Files.size(jar))
                    .build();
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "cannot read the artifact " + jar, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks SHA-256", e);
        }
    }

    public List<ArtifactRef> refs() {
        return List.copyOf(files.keySet());
    }

    /**
     * Uploads, then asks for what needs the artifacts; both again when another head took over in between, which may have none
     * of them.
     *
     * @param callTimeout for the next call
     * @param ask safe to repeat
     */
    public <R> R upload(ClusterClient client, Supplier<Duration> callTimeout, Supplier<R> ask) {
        for (int turn = 1; ; turn++) {
            upload(client, callTimeout.get());
            try {
                return ask.get();
            } catch (NotFoundException e) {
                if (turn == MOST_TURNS || !e.ids().containsKey("artifact")) {
                    throw e;
                }
                LOG.info("another head leads that lacks artifacts, uploading them again");
            }
        }
    }

    /** Sends what the head does not have. */
    void upload(ClusterClient client, Duration callTimeout) {
        MissingArtifactsRequest question =
                MissingArtifactsRequest.newBuilder().addAllArtifacts(refs()).build();
        Set<String> missing = Set.copyOf(
                client.call(Protocol.MISSING_ARTIFACTS, question, callTimeout).getSha256List());
        files.forEach((ref, file) -> {
            if (missing.contains(ref.getSha256())) {
                send(client, ref, file, callTimeout);
            }
        });
    }

    private static void send(ClusterClient client, ArtifactRef ref, Path file, Duration callTimeout) {
        try (SeekableByteChannel in = Files.newByteChannel(file)) {
            long offset = 0;
            int turns = 0;
            do {
                ByteString chunk = read(in, offset);
                PutArtifactRequest request = PutArtifactRequest.newBuilder()
                        .setArtifact(ref)
                        .setOffset(offset)
                        .setData(chunk)
                        .build();
                try {
                    if (client.call(Protocol.PUT_ARTIFACT, request, callTimeout).getComplete()) {
                        return;
                    }
                    offset += chunk.size();
                } catch (OrreryException e) {
                    // Another head leads since the last chunk, and says what it has.
                    offset = offsetOf(e)
                            .filter(next -> next < request.getOffset())
                            .orElseThrow(() -> e);
                    turns++;
                }
            } while (offset < ref.getSize() && turns <= MOST_TURNS);
            throw OrreryException.of(
                    ErrorCode.ARTIFACT_CORRUPT,
                    "the head did not take the whole artifact " + file + "; did it change?");
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "cannot read the artifact " + file, e);
        }
    }

    private static Optional<Long> offsetOf(OrreryException failure) {
        return Optional.ofNullable(failure.ids().get("offset")).map(Long::valueOf);
    }

    private static ByteString read(SeekableByteChannel in, long offset) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        in.position(offset);
        while (chunk.hasRemaining() && in.read(chunk) >= 0) {
            // Until it is full, or the file ends.
        }
        return UnsafeByteOperations.unsafeWrap(chunk.flip());
    }

    @Override
    public void close() {
        for (Path file : temporary) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // What it was for is none the worse for it.
                LOG.warn("cannot delete the temporary jar {}", file, e);
            }
        }
    }
}
