package dev.orrery.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadConfigTest {
    @Test
    void flagsWithAndWithoutEquals() {
        Config config = HeadMain.config(
                new String[] {"--head.data-dir=/tmp/h", "--zookeeper.session-timeout", "6s", "--node.dead-after=5s"});

        assertEquals(Path.of("/tmp/h/artifacts"), HeadConfig.artifactDir(config));
        assertEquals(Duration.ofSeconds(6), HeadConfig.zooKeeper(config).sessionTimeout());
        assertEquals(
                Duration.ofSeconds(5), HeadConfig.control(config).settings().deadAfter());
    }

    @Test
    void aWrongCommandLineSaysHowItIsMeant() {
        for (String[] wrong : new String[][] {{"head"}, {"--head.name"}}) {
            OrreryException refused = assertThrows(OrreryException.class, () -> HeadMain.config(wrong));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            assertTrue(refused.getMessage().contains("usage"), refused.getMessage());
        }
    }

    @Test
    void aHeadWithoutASecretFileSaysWhichKeyIsMissing(@TempDir Path folder) {
        Config config = HeadMain.config(new String[] {"--head.data-dir=" + folder, "--head.bind=127.0.0.1:0"});

        OrreryException missing = assertThrows(OrreryException.class, () -> HeadMain.run(config));

        assertTrue(missing.getMessage().contains("cluster.secret-file"), missing.getMessage());
    }
}
