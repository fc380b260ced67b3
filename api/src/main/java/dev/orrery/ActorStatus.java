package dev.orrery;

import dev.orrery.error.Failure;
import java.util.Optional;

/**
 * What the leader knows of an actor.
 *
 * @param namespace of its name
 * @param state PENDING, STARTING, ALIVE, RESTARTING, DRAINING or DEAD
 * @param node where it lives; empty when it does not
 * @param pid of its worker; 0 while there is none
 * @param failure how its last life ended, first cause first
 */
public record ActorStatus(
        String id,
        Optional<String> name,
        String namespace,
        String state,
        long incarnation,
        String node,
        long pid,
        Optional<Failure> failure) {}
