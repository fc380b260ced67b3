/** A replica of a stage: user code on its one thread, between the worlds it receives from and those it sends to. */
package dev.orrery.worker.stage;
