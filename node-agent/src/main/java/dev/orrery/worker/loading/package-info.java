/** Loads user code from the artifacts of a pipeline or an actor, apart from Orrery's own classes and libraries. */
package dev.orrery.worker.loading;
