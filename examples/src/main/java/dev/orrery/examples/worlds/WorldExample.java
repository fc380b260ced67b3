package dev.orrery.examples.worlds;

import dev.orrery.function.ActorFactory0;
import dev.orrery.function.ActorMethod2;

/**
 * An example: an actor that takes part in one operation of a world.
 *
 * @param what for people, in one line
 * @param operation of every member, with the world's name and a number of its own; gives what the member holds afterwards
 * @param expected what that is
 */
public record WorldExample<A>(
        String name,
        String what,
        ActorFactory0<A> member,
        ActorMethod2<A, String, Float, float[]> operation,
        Expected expected) {

    /** What a member holds after the operation. */
    @FunctionalInterface
    public interface Expected {
        /** @param given the numbers of all members, by rank */
        float[] of(int rank, float[] given);
    }

    static float sum(float[] given) {
        float sum = 0;
        for (float one : given) {
            sum += one;
        }
        return sum;
    }
}
