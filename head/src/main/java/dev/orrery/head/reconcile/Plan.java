package dev.orrery.head.reconcile;

import java.util.List;

/**
 * The next records.
 *
 * @param writes at most one per record
 * @param notes for {@link Memory}, once the writes of their pipeline are committed
 * @param reasons lines for the log, once committed
 */
public record Plan(List<Write> writes, List<Note> notes, List<Reason> reasons) {
    /** Why something of a pipeline (or of no pipeline) changed its state. */
    public record Reason(String pipeline, String line) {}

    public Plan {
        writes = List.copyOf(writes);
        notes = List.copyOf(notes);
        reasons = List.copyOf(reasons);
    }

    public boolean isEmpty() {
        return writes.isEmpty();
    }
}
