package dev.orrery.world;

/**
 * One of a world's members.
 *
 * @param label for people: the name of the actor, or of its class
 * @param incarnation which life of the actor is the member
 */
public record WorldMember(int rank, String actor, long incarnation, String label) {}
