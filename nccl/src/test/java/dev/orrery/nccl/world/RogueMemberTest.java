package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.proto.SharedAnswer;
import dev.orrery.nccl.proto.SharedOffer;
import dev.orrery.nccl.proto.SocketAnswer;
import dev.orrery.nccl.proto.SocketOffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that does not keep to the rules breaks its world at once, though forming may take an hour. */
@Timeout(120)
final class RogueMemberTest {
    private static final MessageLite NOT_SHARED =
            SharedOffer.newBuilder().setWhyNot("it is a test").build();

    @TempDir
    private Path folder;

    private Path rings;
    private Path sockets;

    @BeforeEach
    void makeFolders() throws IOException {
        rings = Files.createDirectory(folder.resolve("r"));
        sockets = Files.createDirectory(folder.resolve("s"));
    }

    private TestingMember start() {
        return TestingMember.start(WorldOptions.builder()
                .host(HostOptions.defaults().withFolder(rings).withSocketFolder(sockets)));
    }

    private String breaks(TestingMember member, String... words) throws InterruptedException, IOException {
        Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
        assertEquals("PROTOCOL", cause.kind());
        assertTrue(cause.message().contains("test/stage-"), cause.message());
        for (String word : words) {
            assertTrue(cause.message().contains(word), cause.message());
        }
        member.close();
        for (Path made : List.of(rings, sockets)) {
            try (Stream<Path> left = Files.list(made)) {
                assertEquals(List.of(), left.toList());
            }
        }
        return cause.message();
    }

    /** The rogue has rank 1, so it makes the offers. */
    private void offers(String wrong, MessageLite... offers) throws InterruptedException, IOException {
        try (TestingMember member = start();
                TestingRogue rogue = TestingRogue.start(offers)) {
            WorldSpec spec = patient(TestingMember.spec(1, List.of(member.address(), rogue.address())));
            member.join(spec, 0).exceptionally(failure -> null);
            rogue.dial(spec);
            breaks(member, "test/stage-1", wrong);
        }
    }

    /** The rogue has rank 0, so it answers. */
    private void answers(Pattern wrong, MessageLite... answers) throws InterruptedException, IOException {
        try (TestingRogue rogue = TestingRogue.start(answers);
                TestingMember member = start()) {
            WorldSpec spec = patient(TestingMember.spec(1, List.of(rogue.address(), member.address())));
            member.join(spec, 1).exceptionally(failure -> null);
            String told = breaks(member, "test/stage-0");
            assertTrue(wrong.matcher(told).find(), told);
        }
    }

    private static WorldSpec patient(WorldSpec spec) {
        return spec.toBuilder().setFormingTimeoutMillis(3_600_000).build();
    }

    @Test
    void aRingThatIsNone() throws Exception {
        offers(
                "/etc/passwd",
                SharedOffer.newBuilder()
                        .setRingBytes(64 << 10)
                        .setChunkBytes(8 << 10)
                        .setToken(ByteString.copyFrom(new byte[32]))
                        .setRingPath("/etc/passwd")
                        .build());
    }

    @Test
    void aSocketThatIsNone() throws Exception {
        SocketOffer.Builder offer = SocketOffer.newBuilder().setToken(ByteString.copyFrom(new byte[32]));
        offers("/run/other.sock", NOT_SHARED, offer.setPath("/run/other.sock").build());
        offers("is no path", NOT_SHARED, offer.setPath("a\0b").build());
    }

    @Test
    void aSocketWithoutAToken() throws Exception {
        offers(
                "a token has 32 bytes",
                NOT_SHARED,
                SocketOffer.newBuilder().setPath("/tmp/x.socket").build());
    }

    @Test
    void anAnswerWithoutAnOffer() throws Exception {
        // When the offer has just gone out, it is taken for an answer to that.
        answers(
                Pattern.compile("nothing was offered yet|it did not connect the bell"),
                SharedAnswer.getDefaultInstance());
    }

    @Test
    void anAnswerWithoutAConnectionToTheSocket() throws Exception {
        Path missing = folder.resolve("no");
        try (TestingRogue rogue = TestingRogue.startAndAwait(".socket", SocketAnswer.getDefaultInstance());
                TestingMember member = TestingMember.start(WorldOptions.builder()
                        .host(HostOptions.defaults().withFolder(missing).withSocketFolder(sockets)))) {
            WorldSpec spec = patient(TestingMember.spec(1, List.of(rogue.address(), member.address())));
            member.join(spec, 1).exceptionally(failure -> null);
            breaks(member, "test/stage-0", "did not connect to the socket");
        }
    }
}
