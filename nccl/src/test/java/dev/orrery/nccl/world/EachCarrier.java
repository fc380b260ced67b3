package dev.orrery.nccl.world;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.world.Transport;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for worlds, whatever carries them. */
@ParameterizedClass
@EnumSource(EachCarrier.Carrier.class)
abstract class EachCarrier {
    /** What carries the tensors of a world. */
    enum Carrier {
        SHARED_MEMORY(Transport.SHARED_MEMORY),
        UNIX_SOCKET(Transport.UNIX_SOCKET),
        TCP(Transport.TCP),
        /** Between devices; every tensor is copied to one before, and to the host afterwards. */
        NCCL(Transport.SHARED_MEMORY);

        private final Transport transport;

        /** Of the HOST paths. */
        Transport transport() {
            return transport;
        }

        Backend backend() {
            return this == NCCL ? Backend.NCCL : Backend.HOST;
        }

        Carrier(Transport transport) {
            this.transport = transport;
        }
    }

    /** More than any transport holds between two members. */
    static final int BEYOND_ANY_BUFFER = 64 << 20;

    @Parameter
    Carrier carrier;

    /** That of the HOST paths. */
    Transport transport;

    @BeforeEach
    void chooseTransport() {
        transport = carrier.transport;
        if (carrier == Carrier.NCCL) {
            TestingGpus.require();
        }
    }

    @AfterEach
    void giveDevicesBack() {
        if (carrier == Carrier.NCCL) {
            TestingGpus.giveAllBack();
        }
    }

    boolean isNccl() {
        return carrier == Carrier.NCCL;
    }

    TestingMember start() {
        return start(WorldOptions.builder());
    }

    TestingMember start(WorldOptions.Builder options) {
        return start(options, TestingMember.SECRET);
    }

    TestingMember start(WorldOptions.Builder options, ClusterSecret secret) {
        WorldOptions.Builder carried = options.host(HostOptions.defaults().withTransport(transport));
        if (isNccl()) {
            carried.gpu(TestingGpus.take());
        }
        return TestingMember.start(carried, secret);
    }

    WorldSpec spec(long id, TestingMember... members) {
        return TestingMember.spec(id, members);
    }

    WorldSpec spec(long id, List<HostPort> addresses) {
        return TestingMember.spec(id, addresses).toBuilder()
                .setBackend(carrier.backend())
                .build();
    }
}
