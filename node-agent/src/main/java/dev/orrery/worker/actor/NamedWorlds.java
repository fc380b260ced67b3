package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.world.JoinedWorld;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The worlds of one actor by name. Of a name's worlds that are over only the newest is remembered, and only so many names.
 * Not thread-safe.
 */
final class NamedWorlds {
    private static final int REMEMBERED_NAMES = 1_024;
    private static final Comparator<WorldStanding> BY_AGE = (one, other) -> Long.compareUnsigned(one.id(), other.id());

    private final Map<String, Map<Long, WorldStanding>> byName = new LinkedHashMap<>();
    private final Map<Long, String> names = new LinkedHashMap<>();

    /** One that is known already stays as it is. */
    void forming(String name, long id) {
        if (names.putIfAbsent(id, name) == null) {
            byName.computeIfAbsent(name, unused -> new LinkedHashMap<>()).put(id, WorldStanding.forming(id));
            forgetNames();
        }
    }

    void ready(long id, JoinedWorld world) {
        change(id, standing -> standing.ready(world));
    }

    void over(long id, WorldState end, Optional<Failure> why) {
        change(id, standing -> standing.isOver() ? standing : standing.over(end, why));
        Optional.ofNullable(names.get(id)).ifPresent(this::forgetOldEnds);
    }

    private void change(long id, UnaryOperator<WorldStanding> change) {
        String name = names.get(id);
        if (name != null) {
            byName.get(name).computeIfPresent(id, (unused, standing) -> change.apply(standing));
        }
    }

    private void forgetOldEnds(String name) {
        Optional<WorldStanding> newest = newest(name);
        byName.get(name).values().removeIf(standing -> {
            boolean old = standing.isOver() && !Optional.of(standing).equals(newest);
            if (old) {
                names.remove(standing.id());
            }
            return old;
        });
    }

    private void forgetNames() {
        if (byName.size() > REMEMBERED_NAMES) {
            byName.entrySet().stream()
                    .filter(each -> each.getValue().values().stream().allMatch(WorldStanding::isOver))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .ifPresent(name -> byName.remove(name).keySet().forEach(names::remove));
        }
    }

    Optional<JoinedWorld> newestReady(String name) {
        return standings(name).values().stream()
                .filter(WorldStanding::isReady)
                .max(BY_AGE)
                .flatMap(WorldStanding::joined);
    }

    private Optional<WorldStanding> newest(String name) {
        return standings(name).values().stream().max(BY_AGE);
    }

    private Map<Long, WorldStanding> standings(String name) {
        return byName.getOrDefault(name, Map.of());
    }

    /** What became of the newest one, for people. */
    String summary(String name) {
        return newest(name).map(WorldStanding::summary).orElse("this actor never was a member of one");
    }

    /** Why none is READY: NOT_FOUND, UNAVAILABLE while the only one forms, or BROKEN_WORLD. */
    OrreryException whyNone(String name) {
        Optional<WorldStanding> over =
                standings(name).values().stream().filter(WorldStanding::isOver).max(BY_AGE);
        String message = "no world '" + name + "' is READY here: " + summary(name);
        if (over.isPresent()) {
            return OrreryException.of(
                    ErrorCode.BROKEN_WORLD,
                    message,
                    Map.of("world", Long.toHexString(over.get().id())),
                    over.get().cause());
        }
        return OrreryException.of(standings(name).isEmpty() ? ErrorCode.NOT_FOUND : ErrorCode.UNAVAILABLE, message);
    }
}
