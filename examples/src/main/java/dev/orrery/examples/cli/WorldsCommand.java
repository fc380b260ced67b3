package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.MemberTransports;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldView;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(name = "worlds", mixinStandardHelpOptions = true, description = "Lists the worlds and their members by rank.")
final class WorldsCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getWorldsList().stream()
                .map(world -> new Row()
                        .with("world", Long.toHexString(world.getId()))
                        .with("name", world.getName())
                        .with("state", world.getState())
                        .with("backend", world.getBackend().name())
                        .with(
                                "members",
                                world.getMembersList().stream()
                                        .map(WorldsCommand::member)
                                        .collect(Collectors.joining(", ")))
                        .with("transport", transports(world))
                        .with("cause", world.hasCause() ? cause(world.getCause()) : "")
                        .withJson("backend_reason", world.getBackendReason()))
                .toList();
    }

    /** What each member says, by rank. */
    private static String transports(WorldView world) {
        Map<Integer, String> byRank = world.getTransportsList().stream()
                .collect(Collectors.toMap(
                        MemberTransports::getRank, member -> String.join("+", member.getTransportsList())));
        return world.getMembersList().stream()
                .map(member -> byRank.getOrDefault(member.getRank(), "-"))
                .collect(Collectors.joining(", "));
    }

    private static String cause(Failure cause) {
        return cause.getKind() + ": " + cause.getMessage();
    }

    private static String member(WorldMember member) {
        return member.getLabel() + "#" + member.getLife().getIncarnation();
    }
}
