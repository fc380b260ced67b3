package dev.orrery.gateway.core;

/** Names a request for ever: a resent one has the same key. */
public record ClientKey(String client, long number) {
    @Override
    public String toString() {
        return client + "/" + number;
    }
}
