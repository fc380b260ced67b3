package dev.orrery.nccl.spi;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * This process's place in a world.
 *
 * @param members by rank
 */
public record Membership(WorldSpec spec, List<WorldMember> members, int rank) {
    public Membership {
        members = List.copyOf(members);
    }

    /** Throws INVALID_ARGUMENT for a spec that no world can have, and for one in which {@code self} is no member. */
    public static Membership of(WorldSpec spec, ActorLife self) {
        List<WorldMember> members = new ArrayList<>(spec.getMembersList());
        members.sort(Comparator.comparingInt(WorldMember::getRank));
        int rank = -1;
        for (int i = 0; i < members.size(); i++) {
            WorldMember member = members.get(i);
            if (member.getRank() != i) {
                throw invalid(spec, "the ranks of a world with " + members.size() + " members count from 0 upwards");
            }
            if (member.getLife().equals(self)) {
                rank = i;
            } else if (member.getDataAddress().getHost().isBlank()
                    || member.getDataAddress().getPort() <= 0) {
                throw invalid(spec, "rank " + i + " has no data address");
            }
        }
        if (rank < 0) {
            throw invalid(spec, self.getActor() + "/" + self.getIncarnation() + " is no member of it");
        }
        if (spec.getFormingTimeoutMillis() <= 0) {
            throw invalid(spec, "it has no forming timeout");
        }
        return new Membership(spec, members, rank);
    }

    private static OrreryException invalid(WorldSpec spec, String why) {
        return OrreryException.of(ErrorCode.INVALID_ARGUMENT, why, Map.of("world", Long.toHexString(spec.getId())));
    }

    public long id() {
        return spec.getId();
    }

    /** For people. */
    public String name() {
        return Long.toHexString(id());
    }

    public Backend backend() {
        return spec.getBackend();
    }

    public int size() {
        return members.size();
    }

    public Duration formingTimeout() {
        return Duration.ofMillis(spec.getFormingTimeoutMillis());
    }

    public List<ActorLife> lives() {
        return members.stream().map(WorldMember::getLife).toList();
    }

    public HostPort address(int peer) {
        return HostPort.of(members.get(peer).getDataAddress());
    }

    /** A member for people, in every message about one. */
    public String describe(int peer) {
        WorldMember member = members.get(peer);
        ActorLife life = member.getLife();
        String who = member.getLabel().isEmpty() ? life.getActor() : member.getLabel();
        return "rank %d (%s, incarnation %d, at %s:%d)"
                .formatted(
                        peer,
                        who,
                        life.getIncarnation(),
                        member.getDataAddress().getHost(),
                        member.getDataAddress().getPort());
    }
}
