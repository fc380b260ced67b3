package dev.orrery.agent.process;

/**
 * A process for as long as the host is up: pids are used again, but not with the same start time.
 *
 * @param startTime as in {@code /proc/<pid>/stat}, in ticks since the boot
 */
public record ProcessId(long pid, long startTime) {}
