package dev.orrery;

import java.io.Serializable;

/**
 * Makes the stage's instance inside its worker; usually a constructor reference. It travels by Java serialisation, so
 * what a lambda captures must be serialisable and its class must be in the pipeline's artifacts.
 */
@FunctionalInterface
public interface StageFactory extends Serializable {
    Stage create() throws Exception;
}
