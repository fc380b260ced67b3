package dev.orrery.examples.model;

import dev.orrery.agent.desired.DesiredSets;
import dev.orrery.agent.supervisor.Supervisor;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A host: its disk, its workers' processes, and its agent, whose parts are production's. Changed only in copies. */
final class ModelledNode {
    /** What was written down before a process was forked. */
    static final class Launch {
        final ActorLife life;
        final String nonce;
        final int pid;
        /** What the shim wrote down in the end. */
        Optional<Integer> exit = Optional.empty();

        /** Whether an agent has seen the end of all that was launched. */
        boolean cleared;

        Launch(ActorLife life, String nonce, int pid) {
            this.life = life;
            this.nonce = nonce;
            this.pid = pid;
        }
    }

    /** A worker's process. */
    static final class Worker {
        final ActorLife life;
        final String nonce;
        final int pid;
        final int port;
        /** Which of its connections with an agent is up; 0: none. */
        int connection;

        int connections;
        Stamp stamp = Stamp.getDefaultInstance();
        Optional<DesiredWorker> desired = Optional.empty();
        /** Its worlds, and what else it has told, beside its being open. */
        WorkerReport said = WorkerReport.getDefaultInstance();

        boolean open;
        boolean stopping;

        Worker(ActorLife life, String nonce, int pid, int port) {
            this.life = life;
            this.nonce = nonce;
            this.pid = pid;
            this.port = port;
        }
    }

    /** Where a life could once be called. */
    record Address(ActorLife life, int port) {}

    /** The agent's process. */
    static final class Agent {
        final String instance;
        DesiredSets desired;
        final Supervisor supervisor;
        /** The head that it is registered with; empty while it looks for one. */
        Optional<Integer> head = Optional.empty();

        int connection;
        /** Whether a report is on its way. */
        boolean reporting;

        long sequence;
        /** But for its sequence; empty on a new connection. */
        Optional<NodeReport> lastReport = Optional.empty();

        Agent(String instance, DesiredSets desired, Supervisor supervisor) {
            this.instance = instance;
            this.desired = desired;
            this.supervisor = supervisor;
        }

        NodeReport report() {
            return supervisor.report().toBuilder().setAgentInstance(instance).build();
        }

        void leave() {
            head = Optional.empty();
            reporting = false;
            lastReport = Optional.empty();
        }
    }

    final String name;
    Optional<DesiredSet> written = Optional.empty();
    Optional<String> cluster = Optional.empty();
    /** By folder. */
    final TreeMap<String, Launch> launches = new TreeMap<>();

    /** By folder; those that run. */
    final TreeMap<String, Worker> workers = new TreeMap<>();

    Optional<Agent> agent = Optional.empty();
    int agents;
    int connections;
    int pids;
    long nowNanos = 1_000_000_000L;
    /** Folders of all that was ever launched, for the invariants. */
    final TreeSet<String> ever = new TreeSet<>();

    /** Of all lives that ever were open. */
    final TreeMap<String, Address> addresses = new TreeMap<>();

    /** What the invariants were broken by. */
    final TreeSet<String> violations = new TreeSet<>();

    ModelledNode(String name) {
        this.name = name;
    }

    void exit(String folder, int status) {
        workers.remove(folder);
        Launch launch = launches.get(folder);
        if (launch != null) {
            launch.exit = Optional.of(status);
        }
    }

    /** The lowest that is free, so that every port is used again as soon as it can be. */
    int freePort() {
        int port = 1;
        while (taken(port)) {
            port++;
        }
        return port;
    }

    private boolean taken(int port) {
        return workers.values().stream().anyMatch(worker -> worker.port == port);
    }
}
