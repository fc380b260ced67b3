package dev.orrery.head.state;

/** What happens to a pipeline. */
public enum PipelineEvent {
    /** As many replicas as wanted serve, none drains, the gateway is ALIVE. */
    SETTLED,
    /** Something is missing or too much. */
    UNSETTLED,
    SCALE_ASKED,
    /** One of its actors will not be restarted any more. */
    ACTOR_DEAD,
    UNDEPLOY_ASKED,
    /** Nothing of it is left. */
    EMPTIED
}
