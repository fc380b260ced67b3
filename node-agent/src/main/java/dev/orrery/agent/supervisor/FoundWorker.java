package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.worker.launch.LaunchSpec;

/** A life that an agent before this one has launched. */
public record FoundWorker(LaunchSpec spec, WorkerFolder folder, Verdict verdict) {}
