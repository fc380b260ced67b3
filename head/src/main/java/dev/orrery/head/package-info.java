/** The head: leader election, scheduling and reconciliation. */
package dev.orrery.head;
