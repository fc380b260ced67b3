package dev.orrery.examples.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The id of a world never means another one: its members stay, and what is over does not begin again. */
public final class WorldCheck {
    static final String RULE = "no world id is used again";

    /** What is known of one. */
    private record Known(String members, boolean over) {}

    private final Map<Long, Known> worlds = new HashMap<>();
    private final Map<Long, Long> vanished = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** One world as a leader shows it. */
    public record Seen(long id, String members, String state) {
        boolean isOver() {
            return state.equals("BROKEN") || state.equals("CLOSED");
        }
    }

    /** @param epoch of the leader that shows them; views must come in the order of epochs */
    public void accept(long epoch, List<Seen> all, long nanos) {
        Set<Long> now = new HashSet<>();
        for (Seen world : all) {
            now.add(world.id());
            Known known = worlds.get(world.id());
            if (known == null) {
                worlds.put(world.id(), new Known(world.members(), world.isOver()));
                continue;
            }
            if (!known.members().equals(world.members())) {
                violate(world, "its members were " + known.members(), nanos);
            }
            if (vanished.containsKey(world.id())) {
                violate(world, "it had gone in epoch " + vanished.get(world.id()), nanos);
            } else if (known.over() && !world.isOver()) {
                violate(world, "it had ended", nanos);
            }
            worlds.put(world.id(), new Known(world.members(), known.over() || world.isOver()));
        }
        for (Long id : worlds.keySet()) {
            if (!now.contains(id)) {
                vanished.putIfAbsent(id, epoch);
            }
        }
    }

    private void violate(Seen world, String what, long nanos) {
        violations.add(new Violation(
                RULE,
                "world " + Long.toHexString(world.id()) + " of " + world.members() + " is " + world.state() + ": "
                        + what,
                nanos,
                nanos));
    }

    public int worlds() {
        return worlds.size();
    }

    public List<Violation> violations() {
        return List.copyOf(violations);
    }
}
