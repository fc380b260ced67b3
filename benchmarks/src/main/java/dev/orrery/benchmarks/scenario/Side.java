package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;

/**
 * One of what is compared: a team, and which of its paths are used. Participant 0 receives, pings and is root.
 *
 * @param path the path between participant 0 and number n is called by this and n; empty where paths are called by the
 *     participant at their other end
 * @param renewal makes the path between participants 0 and 1 anew, before each run of one sender
 */
record Side(Contender name, Team team, String path, Renewal renewal) {
    @FunctionalInterface
    interface Renewal {
        void renew() throws TeamFailedException, InterruptedException;
    }

    /** Its paths stay as they are. */
    Side(Contender name, Team team, String path) {
        this(name, team, path, () -> {});
    }

    /** The same, whose path is made anew. */
    Side renewedBy(Renewal how) {
        return new Side(name, team, path, how);
    }

    String pathFromFirst(int other) {
        return path + other;
    }

    String pathToFirst(int other) {
        return path.isEmpty() ? "0" : path + other;
    }
}
