package dev.orrery.gateway.core;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The errors that requests end with, worded for the client. */
final class RequestErrors {
    private final GatewayOptions options;

    RequestErrors(GatewayOptions options) {
        this.options = options;
    }

    OrreryException queueFull(ClientKey key, int queued, String waitsFor) {
        return about(
                key,
                ErrorCode.OVERLOADED,
                "%d requests wait at the gateway, as many as may (queue capacity %d), for %s"
                        .formatted(queued, options.queueCapacity(), waitsFor));
    }

    OrreryException bytesFull(ClientKey key, long held, long more) {
        return about(
                key,
                ErrorCode.OVERLOADED,
                "the gateway holds %d bytes of unanswered requests and may hold %d; this request has %d"
                        .formatted(held, options.heldBytes(), more));
    }

    OrreryException expired(Request request, String waitsFor, long nowNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nowNanos - request.acceptedNanos());
        String where = request.current()
                .map(attempt -> "in flight (attempt %d) at %s".formatted(attempt.number(), attempt.where()))
                .orElse("queued at the gateway, waiting for " + waitsFor);
        String before = request.causes().isEmpty() ? "" : "; replayed before: " + String.join("; ", request.causes());
        return about(
                request.key(),
                ErrorCode.DEADLINE_EXCEEDED,
                "no answer after %d ms; the request was %s%s".formatted(millis, where, before));
    }

    OrreryException attemptsExhausted(Request request, String latest) {
        return about(
                request.key(),
                ErrorCode.ATTEMPTS_EXHAUSTED,
                "the request was sent %d times, as often as its pipeline allows, and each time was lost (last %s): %s"
                        .formatted(request.attempts(), latest, String.join("; ", request.causes())));
    }

    OrreryException poisoned(Request request) {
        return OrreryException.of(
                ErrorCode.POISONED_REQUEST,
                "the request was in flight on replicas that died %d times, and is not sent again: %s"
                        .formatted(
                                request.suspicion().deaths(),
                                request.suspicion().text()),
                ids(request.key()),
                request.suspicion().failure());
    }

    OrreryException cancelled(Request request) {
        return about(request.key(), ErrorCode.CANCELLED, "the client cancelled the request");
    }

    OrreryException stopping(ClientKey key) {
        return about(
                key, ErrorCode.UNAVAILABLE, "the gateway " + options.gateway() + " stops; ask for another and resend");
    }

    private OrreryException about(ClientKey key, ErrorCode code, String message) {
        return OrreryException.of(code, message, ids(key));
    }

    private Map<String, String> ids(ClientKey key) {
        return Map.of("pipeline", options.pipeline(), "request", key.toString());
    }
}
