package dev.orrery.testing;

import dev.orrery.function.ActorAction0;
import dev.orrery.function.ActorFactory1;
import dev.orrery.function.ActorMethod1;
import java.util.ArrayList;
import java.util.List;

/** Lambdas as users write them: in a class that needs no more than what an artifact's class loader has. */
public final class ScriptedLambdas {
    private ScriptedLambdas() {}

    public static ActorFactory1<Integer, List<Integer>> listOf(int captured) {
        return start -> new ArrayList<>(List.of(start + captured));
    }

    public static ActorMethod1<List<Integer>, Integer, Integer> firstPlus() {
        return (list, x) -> list.get(0) + x;
    }

    public static ActorAction0<List<Integer>> clear() {
        return List::clear;
    }

    public static ActorMethod1<ScriptedActor, Integer, Integer> addTimes(int captured) {
        return (actor, x) -> actor.add(x * captured);
    }
}
