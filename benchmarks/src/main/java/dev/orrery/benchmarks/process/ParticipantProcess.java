package dev.orrery.benchmarks.process;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Lines;
import dev.orrery.benchmarks.command.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A participant, seen from the harness. Its end counts as a failed reply. */
final class ParticipantProcess implements AutoCloseable {
    private static final long END_SECONDS = 10;
    private static final int LAST_LINES = 15;

    private final Launch launch;
    private final Process process;
    private final Thread reader;

    private ParticipantProcess(Launch launch, Process process, Consumer<Reply> replies) {
        this.launch = launch;
        this.process = process;
        this.reader = new Thread(() -> read(replies), "orrery-bench-" + launch.name());
        reader.setDaemon(true);
    }

    /** @param replies is called on a thread of this process's own */
    static ParticipantProcess start(Launch launch, Consumer<Reply> replies) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(launch.command())
                .redirectError(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        builder.environment().putAll(launch.environment());
        ParticipantProcess participant = new ParticipantProcess(launch, builder.start(), replies);
        participant.reader.start();
        return participant;
    }

    String name() {
        return launch.name();
    }

    void tell(Command command) throws IOException {
        Writer out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(Lines.of(command) + "\n");
        out.flush();
    }

    private void read(Consumer<Reply> replies) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Optional<Reply> reply = Lines.reply(line);
                if (reply.isPresent()) {
                    replies.accept(reply.get());
                } else {
                    Files.writeString(launch.log(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
            }
            replies.accept(Reply.failed("it ended with " + process.waitFor() + "; its last output:\n" + lastOutput()));
        } catch (IOException e) {
            replies.accept(Reply.failed("its output cannot be read: " + e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String lastOutput() throws IOException {
        List<String> lines = Files.readAllLines(launch.log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    /** Asks it to end, then kills it. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            tell(new Command.Quit());
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
            process.destroy();
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
            reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            interrupted = true;
            kill();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void kill() {
        process.destroyForcibly();
    }
}
