package dev.orrery.nccl.world;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.world.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for worlds, whatever carries them. */
@ParameterizedClass
@MethodSource("dev.orrery.nccl.world.EachCarrier#carriers")
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

    /** The only one that is tested; all are without it. */
    private static final String ONLY = "orrery.test.carrier";

    /** More than any transport holds between two members. */
    static final int BEYOND_ANY_BUFFER = 64 << 20;

    @Parameter
    Carrier carrier;

    /** That of the HOST paths. */
    Transport transport;

    static Stream<Carrier> carriers() {
        Optional<Carrier> only = Optional.ofNullable(System.getProperty(ONLY)).map(Carrier::valueOf);
        return only.map(Stream::of).orElseGet(() -> Arrays.stream(Carrier.values()));
    }

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

    /** One that shares no world with members on a GPU where there is none left for it. */
    TestingMember startBeside() {
        return isNccl() && !TestingGpus.isOneLeft()
                ? TestingMember.start(
                        WorldOptions.builder().host(HostOptions.defaults().withTransport(transport)))
                : start();
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
