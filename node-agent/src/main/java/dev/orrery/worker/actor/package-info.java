/** Hosts one plain actor: makes the user's object, runs calls on its one thread, and knows its worlds by name. */
package dev.orrery.worker.actor;
