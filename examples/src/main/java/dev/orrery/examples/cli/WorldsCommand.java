package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.WorldMember;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(name = "worlds", mixinStandardHelpOptions = true, description = "Lists the worlds and their members by rank.")
final class WorldsCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getWorldsList().stream()
                .map(world -> new Row()
                        .with("world", Long.toHexString(world.getId()))
                        .with("state", world.getState())
                        .with("backend", world.getBackend().name())
                        .with(
                                "members",
                                world.getMembersList().stream()
                                        .map(WorldsCommand::member)
                                        .collect(Collectors.joining(", "))))
                .toList();
    }

    private static String member(WorldMember member) {
        return member.getLabel() + "#" + member.getLife().getIncarnation();
    }
}
