package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.NodeGpus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackendChoiceTest {
    private static final NodeGpus NCCL = found(23_007, "", false);
    private static final NodeGpus MULTI = found(23_007, "", true);

    private static NodeGpus found(int version, String off, boolean multiRank) {
        return NodeGpus.newBuilder()
                .setNcclVersion(version)
                .setNcclOff(off)
                .setMultiRank(multiRank)
                .build();
    }

    private static GpuMember member(int rank, String node, NodeGpus found, String... gpus) {
        return new GpuMember(rank, rank == 2 ? "" : "Counter", node, List.of(gpus), found);
    }

    private static Arguments of(String why, GpuMember... members) {
        return Arguments.of(why, List.of(members));
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                of("", member(0, "a", NCCL, "G1"), member(1, "a", NCCL, "G2")),
                of("", member(0, "a", NCCL, "G1")),
                of("", member(0, "a", NCCL, "G1"), member(1, "b", found(23_001, "", false), "G1")),
                of("", member(0, "a", MULTI, "G1"), member(1, "a", MULTI, "G1"), member(2, "b", NCCL, "G1")),
                of("rank 1 (Counter) on a holds no GPU", member(0, "a", NCCL, "G1"), member(1, "a", NCCL)),
                of("rank 0 (Counter) on c holds no GPU", member(0, "c", found(0, "no CUDA", false))),
                of(
                        "rank 1 (Counter) on b holds no GPU",
                        member(0, "a", found(0, "no libnccl.so.2", false), "G1"),
                        member(1, "b", NCCL)),
                of(
                        "NCCL is off on b, where rank 1 (Counter) is: no libnccl.so.2",
                        member(0, "a", NCCL, "G1"),
                        member(1, "b", found(0, "no libnccl.so.2", false), "G1")),
                of(
                        "NCCL is off on b, where rank 0 (Counter) is: its agent does not tell why",
                        member(0, "b", NodeGpus.getDefaultInstance(), "G1")),
                of(
                        "rank 0 (Counter) on a has NCCL 2.30.7 and rank 2 on b has NCCL 2.29.7; their first two numbers must be"
                                + " the same",
                        member(0, "a", NCCL, "G1"),
                        member(1, "a", NCCL, "G2"),
                        member(2, "b", found(22_907, "", false), "G1")),
                of(
                        "rank 1 (Counter) and rank 2 share G2 of a; NCCL refuses two ranks on one GPU; set gpu.multi-rank there"
                                + " (NCCL 2.30 or newer) or use other GPUs",
                        member(0, "a", NCCL, "G1"),
                        member(1, "a", NCCL, "G3", "G2"),
                        member(2, "a", NCCL, "G2")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNcclUnlessSomethingIsInTheWay(String why, List<GpuMember> members) {
        BackendChoice choice = BackendChoice.of(members);
        assertEquals(Optional.of(why).filter(text -> !text.isEmpty()), choice.obstacle());
        assertEquals(why.isEmpty(), choice.isNccl());
    }
}
