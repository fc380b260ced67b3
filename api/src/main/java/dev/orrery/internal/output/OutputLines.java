package dev.orrery.internal.output;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts pieces of a log together to lines of text, wherever between two bytes they were cut. Not thread-safe. */
public final class OutputLines {
    /** What has no end for so long is told in parts. */
    static final int LONGEST = 16 * 1024;

    private static final char CARRIAGE_RETURN = '\r';
    private ByteString begun = ByteString.EMPTY;
    /** In the middle of a line whose beginning is not known. */
    private boolean lost;

    /** The lines that are complete now. */
    public List<String> take(ByteString piece) {
        List<String> lines = new ArrayList<>();
        ByteString rest = begun.concat(piece);
        for (int end = lineEnd(rest); end >= 0; end = lineEnd(rest)) {
            ByteString line = rest.substring(0, end);
            boolean complete = rest.byteAt(end) == '\n';
            rest = rest.substring(complete ? end + 1 : end);
            if (!lost) {
                lines.add(text(line));
            }
            lost = lost && !complete;
        }
        begun = rest;
        return lines;
    }

    /** Where the first line ends, or its first part if it is too long; below 0 while it may go on. */
    private static int lineEnd(ByteString bytes) {
        int most = Math.min(bytes.size(), LONGEST);
        for (int i = 0; i < most; i++) {
            if (bytes.byteAt(i) == '\n') {
                return i;
            }
        }
        return bytes.size() <= LONGEST ? -1 : characterStart(bytes, LONGEST);
    }

    /** The last place at or before {@code at} where no character of UTF-8 is cut in two. */
    private static int characterStart(ByteString bytes, int at) {
        int start = at;
        while (start > at - 4 && (bytes.byteAt(start) & 0xC0) == 0x80) {
            start--;
        }
        return (bytes.byteAt(start) & 0xC0) == 0x80 ? at : start;
    }

    private static String text(ByteString line) {
        String text = line.toStringUtf8();
        return !text.isEmpty() && text.charAt(text.length() - 1) == CARRIAGE_RETURN
                ? text.substring(0, text.length() - 1)
                : text;
    }

    /** What there is of a line without an end, when nothing more comes. */
    public Optional<String> rest() {
        Optional<String> text = begun.isEmpty() || lost ? Optional.empty() : Optional.of(text(begun));
        forget();
        return text;
    }

    /** The bytes of a line without an end, so far. */
    ByteString begun() {
        return lost ? ByteString.EMPTY : begun;
    }

    /** The next piece begins a line. */
    void forget() {
        begun = ByteString.EMPTY;
        lost = false;
    }

    /** The next piece begins anywhere. */
    void skip() {
        begun = ByteString.EMPTY;
        lost = true;
    }
}
