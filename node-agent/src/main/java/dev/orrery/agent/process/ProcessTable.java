package dev.orrery.agent.process;

import java.util.List;

/** The host's processes. */
public interface ProcessTable {
    /** Names this run of the host's kernel. */
    String bootId();

    /** False also for one that is dead and only waits for its parent to take notice. */
    boolean isAlive(ProcessId process);

    /** SIGTERM, if it is still that process. */
    void terminate(ProcessId process);

    /** SIGKILL, if it is still that process. */
    void kill(ProcessId process);

    /** All of them, the dead that nobody has asked for included. */
    List<HostProcess> all();

    /** Whether it was started with {@link LaunchMark#VARIABLE} being {@code nonce}. */
    Marked marked(ProcessId process, String nonce);
}
