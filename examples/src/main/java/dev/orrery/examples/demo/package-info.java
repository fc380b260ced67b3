/** The demo: a real model served through faults, and what happened checked. */
package dev.orrery.examples.demo;
