package dev.orrery.examples.actors;

import dev.orrery.examples.ExampleProgram;
import java.util.List;

/** All of them. */
public final class ActorExamples {
    public static final List<ExampleProgram> ALL =
            List.of(ActorService.EXAMPLE, ParameterServer.EXAMPLE, PooledScoring.EXAMPLE);

    private ActorExamples() {}
}
