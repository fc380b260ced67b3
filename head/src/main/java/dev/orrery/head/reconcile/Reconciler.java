package dev.orrery.head.reconcile;

/**
 * Decides the next step of one kind of thing: reads the state through {@code draft} and writes the step into it. Pure:
 * everything it depends on is in the draft, the clock included.
 */
public interface Reconciler {
    void reconcile(Draft draft);
}
