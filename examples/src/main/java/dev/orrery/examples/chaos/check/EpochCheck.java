package dev.orrery.examples.chaos.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** No epoch has two leaders, nor one leader twice. Heads say at their taking over which epoch they lead. */
public final class EpochCheck {
    static final String RULE = "one leader per epoch";

    private final Map<Long, String> leaders = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** @param line what it wrote, with the time */
    public void leads(String head, long epoch, String line) {
        String said = head + ": " + line;
        String before = leaders.putIfAbsent(epoch, said);
        if (before != null) {
            violations.add(new Violation(RULE, "epoch " + epoch + " has two: " + before + "; " + said, 0, 0));
        }
    }

    /** What a head that was asked says, whose log must agree. */
    public void seen(String head, long epoch, long nanos) {
        String said = leaders.get(epoch);
        if (said == null || !said.startsWith(head + ": ")) {
            violations.add(new Violation(
                    RULE,
                    head + " answered as the leader of epoch " + epoch + ", of which the logs say: " + said,
                    nanos,
                    nanos));
        }
    }

    public int epochs() {
        return leaders.size();
    }

    public List<Violation> violations() {
        return List.copyOf(violations);
    }
}
