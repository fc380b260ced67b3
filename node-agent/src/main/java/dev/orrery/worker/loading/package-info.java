/** Loads user code from a pipeline's artifacts, apart from Orrery's own classes and libraries. */
package dev.orrery.worker.loading;
