package dev.orrery.examples.model;

import dev.orrery.examples.model.StoreRequest.Change;
import dev.orrery.examples.model.StoreRequest.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException.Code;

/**
 * What ZooKeeper holds. Immutable.
 *
 * @param znodes by path; parents that hold nothing are there without being listed
 * @param latch the candidates, the leader first
 * @param worlds the members of every world that was ever written, by path
 */
public record StoreState(SortedMap<String, Znode> znodes, List<String> latch, SortedMap<String, String> worlds) {
    /** @param value its bytes, each as one character */
    public record Znode(String value, int version) {}

    /**
     * What came of a request.
     *
     * @param refusedIndex of the operation that all others failed with
     * @param versions of what was written, by position; -1 for other operations
     */
    public record Outcome(StoreState after, Code code, int refusedIndex, List<Integer> versions) {}

    /** All or nothing. Operations that are not {@code checked} pass. */
    public Outcome apply(StoreRequest request, Predicate<Change> checked) {
        TreeMap<String, Znode> next = new TreeMap<>(znodes);
        List<Integer> versions = new ArrayList<>();
        for (int i = 0; i < request.changes().size(); i++) {
            Change change = request.changes().get(i);
            Code code = checked.test(change) ? check(next, change) : Code.OK;
            if (code != Code.OK) {
                return new Outcome(this, code, i, List.of());
            }
            versions.add(write(next, change));
        }
        return new Outcome(new StoreState(next, latch, worlds), Code.OK, -1, versions);
    }

    private Code check(Map<String, Znode> there, Change change) {
        Znode found = there.get(change.path());
        if (change.kind() == Kind.CREATE) {
            return found == null ? Code.OK : Code.NODEEXISTS;
        }
        boolean candidate = latch.contains(change.path());
        if (found == null) {
            return candidate ? Code.OK : Code.NONODE;
        }
        boolean fits = change.version() < 0 || change.version() == found.version();
        return fits ? Code.OK : Code.BADVERSION;
    }

    private static int write(Map<String, Znode> there, Change change) {
        switch (change.kind()) {
            case CREATE -> there.put(change.path(), new Znode(change.value(), 0));
            case SET -> {
                int version = there.containsKey(change.path())
                        ? there.get(change.path()).version() + 1
                        : 0;
                there.put(change.path(), new Znode(change.value(), version));
            }
            case DELETE -> there.remove(change.path());
            case CHECK -> {}
        }
        return change.kind() == Kind.CREATE || change.kind() == Kind.SET
                ? there.get(change.path()).version()
                : -1;
    }

    public List<String> children(String parent) {
        String prefix = parent + "/";
        return znodes.subMap(prefix, parent + "0").keySet().stream()
                .map(path -> path.substring(prefix.length()))
                .map(path -> path.contains("/") ? path.substring(0, path.indexOf('/')) : path)
                .distinct()
                .toList();
    }

    public StoreState withCandidate(String candidate) {
        return new StoreState(
                znodes, Stream.concat(latch.stream(), Stream.of(candidate)).toList(), worlds);
    }

    public StoreState withoutCandidate(String candidate) {
        return new StoreState(
                znodes, latch.stream().filter(other -> !other.equals(candidate)).toList(), worlds);
    }

    public StoreState withWorlds(SortedMap<String, String> known) {
        return new StoreState(znodes, latch, known);
    }
}
