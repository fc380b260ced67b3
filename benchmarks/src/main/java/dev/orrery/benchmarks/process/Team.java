package dev.orrery.benchmarks.process;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The participants that measure one thing together. For one thread. A team that failed once stays so. */
public final class Team implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(90);

    /** A command for one of them. */
    public record Order(int participant, Command command) {}

    private record Answer(int participant, Reply reply) {}

    private final String name;
    private final List<ParticipantProcess> participants = new ArrayList<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private String version = "";
    private Optional<String> failure = Optional.empty();

    public Team(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** Of the library that it measures; known after the start. */
    public String version() {
        return version;
    }

    /** Why it is of no more use. */
    public Optional<String> failure() {
        return failure;
    }

    /** Starts all at once and waits until they can be told something. A team that cannot be started has failed. */
    public void start(List<Launch> launches) throws InterruptedException {
        try {
            for (Launch launch : launches) {
                int number = participants.size();
                participants.add(ParticipantProcess.start(launch, reply -> answers.add(new Answer(number, reply))));
            }
            version = await(launches.size(), START_LIMIT).get(0).version();
        } catch (IOException e) {
            fail("it could not be started: " + e);
        } catch (TeamFailedException e) {
            // Its failure tells why, to whoever asks it for something.
            participants.forEach(ParticipantProcess::kill);
        }
    }

    /** Tells each of them its part, and returns what they replied, in the same order. */
    public List<Reply> ask(List<Order> orders) throws TeamFailedException, InterruptedException {
        if (failure.isPresent()) {
            throw new TeamFailedException(name + ": " + failure.get());
        }
        try {
            for (Order order : orders) {
                participants.get(order.participant()).tell(order.command());
            }
            Map<Integer, Reply> replies = await(orders.size(), REPLY_LIMIT);
            return orders.stream().map(it -> replies.get(it.participant())).toList();
        } catch (IOException e) {
            throw fail("it could not be told: " + e);
        }
    }

    public Reply ask(int participant, Command command) throws TeamFailedException, InterruptedException {
        return ask(List.of(new Order(participant, command))).get(0);
    }

    /** The first failure is told at once: the others may wait for the one that failed. */
    private Map<Integer, Reply> await(int count, Duration limit) throws TeamFailedException, InterruptedException {
        Map<Integer, Reply> replies = new HashMap<>();
        long deadline = System.nanoTime() + limit.toNanos();
        while (replies.size() < count) {
            Answer answer = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw fail("no reply within %d s from all of them, only from %s"
                        .formatted(limit.toSeconds(), names(replies.keySet())));
            }
            if (!answer.reply().ok()) {
                throw fail(participants.get(answer.participant()).name() + ": "
                        + answer.reply().error());
            }
            replies.put(answer.participant(), answer.reply());
        }
        return replies;
    }

    private List<String> names(Collection<Integer> numbers) {
        return numbers.stream().map(it -> participants.get(it).name()).toList();
    }

    private TeamFailedException fail(String why) {
        failure = Optional.of(why);
        participants.forEach(ParticipantProcess::kill);
        return new TeamFailedException(name + ": " + why);
    }

    @Override
    public void close() {
        participants.forEach(ParticipantProcess::close);
        participants.clear();
    }
}
