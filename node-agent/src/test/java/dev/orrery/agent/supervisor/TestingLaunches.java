package dev.orrery.agent.supervisor;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.nccl.HostOptions;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What was launched by an agent that is not there any more. */
final class TestingLaunches {
    private TestingLaunches() {}

    static LaunchSpec spec(ActorLife life, String nonce) {
        Path nowhere = Path.of("/nowhere");
        return new LaunchSpec(
                nonce,
                life,
                "p/s-1",
                "node-1",
                "host-1",
                "127.0.0.1",
                "c",
                nowhere,
                nowhere,
                nowhere,
                Duration.ofMinutes(1),
                HostOptions.defaults(),
                GpuLaunch.none(),
                List.of());
    }
}
