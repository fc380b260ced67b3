package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.process.Launch;
import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.Team.Order;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Members of worlds that all use one transport. */
final class WorldTeam implements AutoCloseable {
    private final Contender contender;
    private final Team team;
    private List<String> addresses = List.of();
    private long lastWorld;

    WorldTeam(Contender contender) {
        this.contender = contender;
        this.team = new Team(contender.label());
    }

    void start(List<Launch> launches) throws InterruptedException {
        team.start(launches);
        try {
            addresses = team
                    .ask(IntStream.range(0, launches.size())
                            .mapToObj(number -> new Order(number, new Command.DataPort()))
                            .toList())
                    .stream()
                    .map(Reply::address)
                    .toList();
        } catch (TeamFailedException e) {
            // The team remembers why, and whatever it is asked for from now on fails.
            addresses = List.of();
        }
    }

    Team team() {
        return team;
    }

    Contender contender() {
        return contender;
    }

    /** @param path what the paths of a pair begin with */
    Side side(String path) {
        return new Side(contender, team, path);
    }

    /** A world of these participants, the first as rank 0. */
    void form(String path, List<Integer> members) throws TeamFailedException, InterruptedException {
        if (team.failure().isPresent()) {
            throw new TeamFailedException(team.failure().get());
        }
        long world = ++lastWorld;
        List<String> ports = members.stream().map(addresses::get).toList();
        List<Order> orders = new ArrayList<>();
        for (int rank = 0; rank < members.size(); rank++) {
            orders.add(new Order(members.get(rank), new Command.Join(path, world, rank, ports)));
        }
        team.ask(orders);
    }

    void leave(String path, List<Integer> members) throws TeamFailedException, InterruptedException {
        team.ask(members.stream()
                .map(member -> new Order(member, new Command.Leave(path)))
                .toList());
    }

    @Override
    public void close() {
        team.close();
    }
}
