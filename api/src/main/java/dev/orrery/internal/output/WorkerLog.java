package dev.orrery.internal.output;

import dev.orrery.internal.proto.ActorLife;
import java.util.regex.Pattern;

/**
 * Where the output of one life goes, and what people call it.
 *
 * @param pid 0 while it is not known
 */
public record WorkerLog(ActorLife life, String label, String node, long pid) {
    /** What the worker itself says, as its log's pattern has it; warnings and errors are for everybody. */
    private static final Pattern OWN_WORD =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12} (INFO |DEBUG|TRACE) \\[.*");

    /** "(Counter pid=1234, node-2) ". */
    public String prefix() {
        return "(" + label + (pid > 0 ? " pid=" + pid : "") + ", " + node + ") ";
    }

    /** Whether user code printed that line, or what runs it has something to say that matters. */
    boolean isOfInterest(String line) {
        return !OWN_WORD.matcher(line).matches()
                || !line.contains(life.getActor() + "#" + life.getIncarnation() + "] ");
    }
}
