package dev.orrery.gateway.core;

import dev.orrery.error.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What speaks for it that replicas die of a request. It counts the request's attempts that a replica had when it died, its
 * control link being lost. A replica <em>has</em> an attempt from its sending until the gateway hears that the replica is
 * done with it, by an answer, an acknowledged cancel, or a refusal from there or further on. As replicas tell nothing in
 * between, the request may have been in that replica, still on its way to it, or past it already.
 *
 * <p>An attempt counts once, however many of its replicas die: a lost host takes several at once, but a request can kill
 * only the one that it is in. So does a life, however many attempts it had: it dies once, and until that is known one
 * attempt after the other may be lost on its worlds. A life that attaches again had not died. Drains, refusals and broken worlds are no deaths; but
 * as the news of a world often comes before that of the death which broke it, there is a doubt until the replica at its
 * other end has acknowledged the cancel, has itself told of the world, or is lost.
 */
final class Suspicion {
    /** From so many deaths on the request travels alone, so that it takes no other with it. */
    static final int ALONE = 2;

    /** With so many it is sent no more. */
    static final int MOST = 3;

    private record Death(int attempt, Attachment replica, String why) {
        String text() {
            String log = replica.logPath().isEmpty() ? "" : ", log " + replica.host() + ":" + replica.logPath();
            return "attempt " + attempt + ": " + replica.name() + " died, " + why + log;
        }

        Failure failure() {
            return Failure.of("replica", replica.name() + " died while it had the request: " + why)
                    .at(replica.host(), replica.logPath());
        }
    }

    private record Doubt(Attempt attempt, ReplicaSlot slot) {
        boolean open() {
            return slot.holds(attempt);
        }
    }

    private final List<Death> deaths = new ArrayList<>(0);
    private final List<Doubt> doubts = new ArrayList<>(0);

    /** Call before the slot's load is forgotten. */
    void died(Attempt attempt, ReplicaSlot slot, String why) {
        deaths.add(new Death(attempt.number(), slot.attachment(), why));
    }

    /** It is not known yet whether the slot, which has the attempt, is dead. */
    void mayHaveDied(Attempt attempt, ReplicaSlot slot) {
        doubts.add(new Doubt(attempt, slot));
    }

    /** The life has been heard of since. */
    void lives(Life life) {
        deaths.removeIf(death -> death.replica().life().equals(life));
        doubts.removeIf(doubt -> doubt.slot().life().equals(life));
    }

    int deaths() {
        return distinct(deaths).size();
    }

    /** With those that are in doubt. */
    private int deathsAtMost() {
        return deaths.isEmpty() && doubts.isEmpty() ? 0 : distinct(possible()).size();
    }

    /** How many attempts a death ended, or may have. */
    int attemptsLost() {
        return (int) possible().stream().mapToInt(Death::attempt).distinct().count();
    }

    private List<Death> possible() {
        doubts.removeIf(doubt -> !doubt.open());
        Stream<Death> doubted = doubts.stream()
                .map(doubt -> new Death(doubt.attempt().number(), doubt.slot().attachment(), ""));
        return Stream.concat(deaths.stream(), doubted).toList();
    }

    /** The first of each attempt and each life. */
    private static List<Death> distinct(List<Death> all) {
        Set<Object> counted = new HashSet<>();
        List<Death> distinct = new ArrayList<>();
        for (Death death : all) {
            if (!counted.contains(death.attempt())
                    && !counted.contains(death.replica().life())) {
                counted.add(death.attempt());
                counted.add(death.replica().life());
                distinct.add(death);
            }
        }
        return distinct;
    }

    boolean travelsAlone() {
        return deathsAtMost() >= ALONE;
    }

    /** One more death, of which it is not known yet whether it happened, would be the last. */
    boolean mustWait() {
        return deathsAtMost() >= MOST;
    }

    boolean isPoisoned() {
        return deaths() >= MOST;
    }

    String text() {
        return distinct(deaths).stream().map(Death::text).collect(Collectors.joining("; "));
    }

    /** The first death first. */
    Optional<Failure> failure() {
        List<Failure> all = distinct(deaths).stream().map(Death::failure).toList();
        return Stream.iterate(all.size() - 1, index -> index >= 0, index -> index - 1)
                .map(all::get)
                .reduce((later, earlier) -> earlier.causing(later));
    }
}
