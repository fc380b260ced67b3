/** What must hold of what was seen. Pure. */
package dev.orrery.examples.chaos.check;
