package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SuiteTest {
    private static final int CONTRACT_CLASSES = 9;

    /** None of the names that are written in the suites has become wrong. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsSelectedIsThere(boolean quick) {
        for (Suite suite : List.of(Suite.contract(quick), Suite.kill(quick))) {
            for (String selector : suite.selectors()) {
                TestPlan plan = LauncherFactory.create()
                        .discover(LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.parse(selector).orElseThrow())
                                .build());
                assertTrue(
                        plan.getRoots().stream()
                                .anyMatch(root -> !plan.getDescendants(root).isEmpty()),
                        selector);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachClassIsInOneSuite(boolean quick) {
        Suite contract = Suite.contract(quick);
        assertEquals(quick ? 4 : CONTRACT_CLASSES, contract.selectors().size());
        assertFalse(contract.selectors().stream().anyMatch(selector -> selector.contains("MemberEnd")));
        assertEquals(2, Suite.kill(quick).selectors().size());
    }
}
