package dev.orrery.nccl.world;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.nccl.world.EachCarrier.Carrier;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worlds need nothing of NCCL that its oldest version which is let in does not have. */
@Timeout(120)
final class NcclVersionIT {
    @BeforeEach
    void needsTheEmulation() {
        TestingGpus.require();
        TestingFaults.clear();
    }

    @AfterEach
    void giveBack() {
        TestingGpus.giveAllBack();
    }

    @ParameterizedTest
    @ValueSource(ints = {21_800, 22_300})
    void everyOperationWorksWithAnOlderNccl(int version) throws Exception {
        List<String> inside = List.of("env", "ORRERY_EMULATED_NCCL_VERSION=" + version);
        try (TestingRank first = TestingRank.start(Carrier.NCCL, inside);
                TestingRank second = TestingRank.start(Carrier.NCCL, inside)) {
            TestingRank.form(1, first, second);
            for (TestingRank each : List.of(first, second)) {
                each.tell("check", 1);
            }
            for (TestingRank each : List.of(first, second)) {
                assertEquals("", each.awaitWord("checked", 1));
            }
            for (TestingRank each : List.of(first, second)) {
                each.tell("leave", 1);
            }
            for (TestingRank each : List.of(first, second)) {
                each.awaitWord("left", 1);
            }
        }
    }
}
