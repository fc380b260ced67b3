/**
 * The reconcilers: pure decisions from the recorded state and what the nodes report to the next records. They are
 * level-triggered, so each can be stopped anywhere and continued by another leader.
 */
package dev.orrery.head.reconcile;
