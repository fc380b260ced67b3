package dev.orrery.agent.process;

/**
 * A process as the host's table shows it.
 *
 * @param session pid of the process that began its session; no other process gets that pid while one of the session is there
 * @param alive false for one that is dead and only waits for its parent to take notice
 */
public record HostProcess(ProcessId id, long session, boolean alive) {}
