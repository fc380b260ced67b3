package dev.orrery.nccl.world;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.world.Transport;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for worlds, whatever carries them. */
@ParameterizedClass
@EnumSource(
        value = Transport.class,
        names = {"SHARED_MEMORY", "UNIX_SOCKET", "TCP"})
abstract class EachTransport {
    /** More than any transport holds between two members. */
    static final int BEYOND_ANY_BUFFER = 64 << 20;

    @Parameter
    Transport transport;

    TestingMember start() {
        return start(WorldOptions.builder());
    }

    TestingMember start(WorldOptions.Builder options) {
        return start(options, TestingMember.SECRET);
    }

    TestingMember start(WorldOptions.Builder options, ClusterSecret secret) {
        return TestingMember.start(options.host(HostOptions.defaults().withTransport(transport)), secret);
    }
}
