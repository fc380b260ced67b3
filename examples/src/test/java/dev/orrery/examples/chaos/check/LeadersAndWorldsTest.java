package dev.orrery.examples.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeadersAndWorldsTest {
    private final EpochCheck epochs = new EpochCheck();
    private final WorldCheck worlds = new WorldCheck();

    private void show(long epoch, WorldCheck.Seen... all) {
        worlds.accept(epoch, List.of(all), 0);
    }

    private static WorldCheck.Seen world(long id, String members, String state) {
        return new WorldCheck.Seen(id, members, state);
    }

    @Test
    void eachEpochHasALeader() {
        epochs.leads("head-1", 1, "");
        epochs.leads("head-2", 2, "");
        epochs.leads("head-1", 3, "");
        epochs.seen("head-2", 2, 0);
        assertEquals(List.of(), epochs.violations());
        assertEquals(3, epochs.epochs());
    }

    @Test
    void anEpochHasTwoLeaders() {
        epochs.leads("head-1", 1, "");
        epochs.leads("head-2", 1, "");
        assertEquals(1, epochs.violations().size());
    }

    @Test
    void aHeadLeadsAnEpochInTwoLives() {
        epochs.leads("head-1", 1, "");
        epochs.leads("head-1", 1, "");
        assertEquals(1, epochs.violations().size());
    }

    @Test
    void aHeadAnswersForAnEpochOfAnother() {
        epochs.leads("head-1", 1, "");
        epochs.seen("head-2", 1, 0);
        assertEquals(1, epochs.violations().size());
    }

    @Test
    void worldsComeAndGo() {
        show(1, world(7, "a,b", "FORMING"));
        show(1, world(7, "a,b", "READY"));
        show(1, world(7, "a,b", "BROKEN"), world(8, "a,b", "READY"));
        show(2, world(8, "a,b", "READY"));
        assertEquals(List.of(), worlds.violations());
        assertEquals(2, worlds.worlds());
    }

    @Test
    void anIdIsGivenToOthers() {
        show(1, world(7, "a,b", "READY"));
        show(2, world(7, "a,c", "READY"));
        assertEquals(1, worlds.violations().size());
    }

    @Test
    void aWorldThatWentComesBack() {
        show(1, world(7, "a,b", "READY"));
        show(1);
        show(2, world(7, "a,b", "READY"));
        assertEquals(1, worlds.violations().size());
    }

    @Test
    void aBrokenWorldIsReady() {
        show(1, world(7, "a,b", "BROKEN"));
        show(1, world(7, "a,b", "READY"));
        assertEquals(1, worlds.violations().size());
    }
}
