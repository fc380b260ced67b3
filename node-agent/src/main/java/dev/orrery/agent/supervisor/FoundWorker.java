package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.worker.launch.LaunchSpec;

/**
 * A life that an agent before this one has launched.
 *
 * @param calledIn whether its worker was connected to that agent
 * @param cleared whether that agent has seen the end of all that was launched
 */
public record FoundWorker(LaunchSpec spec, WorkerFolder folder, Verdict verdict, boolean calledIn, boolean cleared) {}
