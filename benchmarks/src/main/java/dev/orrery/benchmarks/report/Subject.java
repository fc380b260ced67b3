package dev.orrery.benchmarks.report;

/**
 * What was measured in a row.
 *
 * @param bytes of each message or tensor
 * @param outstanding operations at a time, on each path
 * @param parties how many send, or how many ranks take part
 */
public record Subject(Topic topic, long bytes, int outstanding, int parties) {}
