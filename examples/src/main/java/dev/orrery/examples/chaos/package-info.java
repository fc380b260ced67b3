/** Kills, stops and cuts off whatever there is of a cluster while it is used, and checks what its users saw. */
package dev.orrery.examples.chaos;
