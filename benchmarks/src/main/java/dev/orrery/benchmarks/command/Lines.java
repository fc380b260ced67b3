package dev.orrery.benchmarks.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Commands and replies as lines. Replies are marked: a library may print to the standard output, too. */
public final class Lines {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String REPLY = "reply ";

    private Lines() {}

    public static String of(Command command) {
        return json(command);
    }

    public static Command command(String line) {
        try {
            return MAPPER.readValue(line, Command.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a command: " + line, e);
        }
    }

    public static String of(Reply reply) {
        return REPLY + json(reply);
    }

    /** Empty when the line is something else. */
    public static Optional<Reply> reply(String line) {
        if (!line.startsWith(REPLY)) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readValue(line.substring(REPLY.length()), Reply.class));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a reply: " + line, e);
        }
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }
}
