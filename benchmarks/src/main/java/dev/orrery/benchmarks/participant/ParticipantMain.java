package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Lines;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.internal.proto.Backend;
import dev.orrery.world.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of a run: obeys commands from its standard input until that ends, and never outlives the harness. Its arguments
 * are {@link #MEMBER} and a transport, {@link #DEVICE_MEMBER}, a backend, a device's number and the places of CUDA and NCCL, or
 * {@link #BARE}.
 */
public final class ParticipantMain {
    public static final String MEMBER = "member";
    public static final String DEVICE_MEMBER = "device-member";
    public static final String BARE = "bare";

    private static final Logger LOG = LoggerFactory.getLogger(ParticipantMain.class);
    private static final long END_SECONDS = 5;
    private static final int ABANDONED = 3;

    private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();

    private ParticipantMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        new ParticipantMain().run(arguments);
    }

    private void run(String[] arguments) throws InterruptedException {
        Thread reader = new Thread(this::read, "orrery-bench-commands");
        reader.setDaemon(true);
        reader.start();
        try (Participant participant = participant(arguments)) {
            participant.start();
            say(Reply.started("Java " + Runtime.version()));
            for (Command command = commands.take(); !(command instanceof Command.Quit); command = commands.take()) {
                say(reply(participant, command));
            }
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(Lines.command(line));
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("no more commands can be read", e);
        }
        commands.add(new Command.Quit());
        haltWhenStuck();
    }

    /** Work that waits, or spins, for a participant that is gone would never end. */
    private static void haltWhenStuck() {
        try {
            TimeUnit.SECONDS.sleep(END_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ABANDONED);
    }

    private static Participant participant(String[] arguments) {
        return switch (arguments[0]) {
            case MEMBER -> new WorldMember(Transport.valueOf(arguments[1]));
            case DEVICE_MEMBER ->
                DeviceMember.open(
                        Backend.valueOf(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        List.of(arguments[3], arguments[4]));
            case BARE -> new BarePeer();
            default -> throw new IllegalArgumentException("there is no participant '" + arguments[0] + "'");
        };
    }

    private static Reply reply(Participant participant, Command command) {
        try {
            return participant.obey(command);
        } catch (IOException | RuntimeException e) {
            LOG.error("failed: {}", command, e);
            return Reply.failed(e.toString());
        }
    }

    private static void say(Reply reply) {
        System.out.println(Lines.of(reply));
        System.out.flush();
    }
}
