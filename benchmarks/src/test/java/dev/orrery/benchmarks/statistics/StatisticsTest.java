package dev.orrery.benchmarks.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.statistics.Statistics.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theMedianIsTheMiddleOne() {
        assertEquals(2.0, Statistics.median(List.of(9.0, 1.0, 2.0)));
        assertEquals(1.5, Statistics.median(List.of(2.0, 1.0)));
        assertEquals(7.0, Statistics.median(List.of(7.0)));
        assertThrows(IllegalArgumentException.class, () -> Statistics.median(List.of()));
    }

    @Test
    void aQuantileLiesBetweenTwoValuesInProportion() {
        List<Double> values = List.of(0.0, 10.0, 20.0, 30.0, 40.0);
        assertEquals(0.0, Statistics.quantile(values, 0));
        assertEquals(40.0, Statistics.quantile(values, 1));
        assertEquals(4.0, Statistics.quantile(values, 0.1), 1e-9);
    }

    @Test
    void ratiosAreOfPartners() {
        assertEquals(List.of(0.5, 3.0), Statistics.ratios(List.of(1.0, 6.0), List.of(2.0, 2.0)));
        assertThrows(IllegalArgumentException.class, () -> Statistics.ratios(List.of(1.0), List.of()));
    }

    @Test
    void theIntervalOfEqualValuesIsOnePoint() {
        assertEquals(new Interval(3, 3), Statistics.medianInterval(List.of(3.0, 3.0, 3.0), 1));
    }

    @Test
    void theIntervalHoldsTheTrueMedianAboutAsOftenAsItSays() {
        Random random = new Random(7);
        int held = 0;
        for (int experiment = 0; experiment < 200; experiment++) {
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                values.add(100 + random.nextGaussian());
            }
            Interval interval = Statistics.medianInterval(values, experiment);
            held += interval.lower() <= 100 && 100 <= interval.upper() ? 1 : 0;
        }
        assertTrue(held >= 178 && held <= 200, "held " + held + " of 200 times");
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        List<Double> values = List.of(1.0, 2.0, 3.0, 5.0, 8.0);
        assertEquals(Statistics.medianInterval(values, 5), Statistics.medianInterval(values, 5));
    }
}
