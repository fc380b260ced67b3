package dev.orrery.head.placement;

import dev.orrery.internal.gpu.NcclVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a world can be of NCCL.
 *
 * @param obstacle why it cannot; empty: it can
 */
public record BackendChoice(Optional<String> obstacle) {
    private record Device(String node, String uuid) {}

    /** What a member lacks comes before what two of them do not share. */
    public static BackendChoice of(List<GpuMember> members) {
        return new BackendChoice(withoutGpu(members)
                .or(() -> withoutNccl(members))
                .or(() -> versions(members))
                .or(() -> doubled(members)));
    }

    public boolean isNccl() {
        return obstacle.isEmpty();
    }

    private static Optional<String> withoutGpu(List<GpuMember> members) {
        return members.stream()
                .filter(member -> member.gpus().isEmpty())
                .findFirst()
                .map(member -> member.name() + " on " + member.node() + " holds no GPU");
    }

    private static Optional<String> withoutNccl(List<GpuMember> members) {
        return members.stream()
                .filter(member -> member.found().getNcclVersion() <= 0)
                .findFirst()
                .map(member ->
                        "NCCL is off on %s, where %s is: %s".formatted(member.node(), member.name(), off(member)));
    }

    private static String off(GpuMember member) {
        return member.found().getNcclOff().isEmpty()
                ? "its agent does not tell why"
                : member.found().getNcclOff();
    }

    private static Optional<String> versions(List<GpuMember> members) {
        for (GpuMember member : members) {
            GpuMember first = members.get(0);
            if (!version(member).goesWith(version(first))) {
                return Optional.of(
                        "%s on %s has NCCL %s and %s on %s has NCCL %s; their first two numbers must be the same"
                                .formatted(
                                        first.name(),
                                        first.node(),
                                        version(first),
                                        member.name(),
                                        member.node(),
                                        version(member)));
            }
        }
        return Optional.empty();
    }

    private static NcclVersion version(GpuMember member) {
        return new NcclVersion(member.found().getNcclVersion());
    }

    private static Optional<String> doubled(List<GpuMember> members) {
        Map<Device, GpuMember> holders = new HashMap<>();
        for (GpuMember member : members) {
            for (String uuid : member.gpus()) {
                GpuMember other = holders.putIfAbsent(new Device(member.node(), uuid), member);
                if (other != null && !member.found().getMultiRank()) {
                    return Optional.of(
                            "%s and %s share %s of %s; NCCL refuses two ranks on one GPU; set gpu.multi-rank there (NCCL 2.30 or newer) or use other GPUs"
                                    .formatted(other.name(), member.name(), uuid, member.node()));
                }
            }
        }
        return Optional.empty();
    }
}
