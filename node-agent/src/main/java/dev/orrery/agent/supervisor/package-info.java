/** Keeps the workers of a node as the desired set says, and tells what became of each. */
package dev.orrery.agent.supervisor;
