package dev.orrery.examples.model.worlds;

/** What can happen to workers and between them. */
enum PipelineEvent {
    MEMBERS_MEET("the members of %s connect"),
    WORLD_FORMS("%s is READY at %s"),
    WORLD_FAILS("%s breaks at %s, as its other member is gone"),
    WORLD_CLOSES("%s closes at %s, as its other member has left"),
    WORLD_IS_LOST("%s breaks at %s"),
    MESSAGE_ARRIVES("a message arrives over %s"),
    STAGE_RUNS("%s processes a request"),
    REPLICA_ATTACHES("%s attaches to the gateway"),
    NOTICE_ARRIVES("the gateway gets a notice of %s"),
    CANCEL_ARRIVES("%s gets a cancel"),
    LINK_IS_CUT("the link of %s to the gateway is cut"),
    LINK_ENDS("the gateway notices that the link of %s has ended"),
    TABLE_ARRIVES("%s takes what it was assigned"),
    OLD_TABLE_ARRIVES("the routing table before the newest one arrives at %s once more"),
    CLIENT_ASKS("the client sends request %s"),
    CLIENT_HEARS("the client gets the answer to request %s"),
    CLIENT_IS_CUT_OFF("the client loses its connection while request %s is under way"),
    A_MOMENT_PASSES("everything rests, and a moment passes"),
    RESTS("everything rests");

    private final String text;

    PipelineEvent(String text) {
        this.text = text;
    }

    String text(Object... about) {
        return text.formatted(about);
    }
}
