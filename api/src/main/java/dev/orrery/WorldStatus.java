package dev.orrery;

import dev.orrery.error.Failure;
import dev.orrery.world.WorldMember;
import java.util.List;
import java.util.Optional;

/**
 * What the leader knows of a world.
 *
 * @param members by rank; empty when it is CLOSED
 * @param failure why it is BROKEN, first cause first
 */
public record WorldStatus(
        String id, String name, WorldState state, List<WorldMember> members, Optional<Failure> failure) {}
