package dev.orrery.head.state;

/** What a pipeline is doing. */
public enum PipelineState {
    /** Not everything of it has served yet. */
    DEPLOYING,
    RUNNING,
    /** On its way to another number of replicas. */
    SCALING,
    /** Serving with what lives while the rest is replaced. */
    RECOVERING,
    /** Something of it was restarted too often and stays down. */
    DEGRADED,
    /** Being undeployed. */
    STOPPING,
    /** Final; its record is deleted. */
    STOPPED,
    /** It never ran, and will not. */
    FAILED
}
