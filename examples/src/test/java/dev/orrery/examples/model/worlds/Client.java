package dev.orrery.examples.model.worlds;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The client of a pipeline, with all its requests. Immutable. */
record Client(List<Asked> requests) {
    /** How far a request is, as the client sees it. */
    enum Progress {
        UNSENT,
        WAITING,
        /** The answer is on its way. */
        REPLIED,
        DONE
    }

    /** @param sendings how often it was sent */
    record Asked(Progress progress, int sendings) {}

    private static final int MANY = 1_000;

    static Client of(int requests) {
        return new Client(List.copyOf(Collections.nCopies(requests, new Asked(Progress.UNSENT, 0))));
    }

    Progress progress(int request) {
        return requests.get(request).progress();
    }

    /** Names one sending of a request. */
    long waiter(int request) {
        return (long) request * MANY + requests.get(request).sendings();
    }

    static int requestOf(long waiter) {
        return (int) (waiter / MANY);
    }

    Client with(int request, Progress progress) {
        List<Asked> changed = new ArrayList<>(requests);
        Asked before = changed.get(request);
        int sendings = before.sendings() + (progress == Progress.WAITING ? 1 : 0);
        changed.set(request, new Asked(progress, sendings));
        return new Client(List.copyOf(changed));
    }

    /** Whoever had them is gone. */
    Client withoutGateway() {
        Client changed = this;
        for (int request = 0; request < requests.size(); request++) {
            if (progress(request) == Progress.WAITING) {
                changed = changed.with(request, Progress.UNSENT);
            }
        }
        return changed;
    }

    boolean isServed() {
        return requests.stream().allMatch(asked -> asked.progress() == Progress.DONE);
    }
}
