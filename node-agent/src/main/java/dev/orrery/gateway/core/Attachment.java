package dev.orrery.gateway.core;

/**
 * A replica that holds a control link.
 *
 * @param replica for people, e.g. {@code encode-back-2}
 * @param link tells this link from those of the same life before and after it
 * @param host where it runs, and
 * @param logPath the log there that tells why it ended; either may be empty
 */
public record Attachment(Life life, String replica, long link, String host, String logPath) {
    /** For people: which life of which replica. */
    String name() {
        return replica + " (" + life + ")";
    }
}
