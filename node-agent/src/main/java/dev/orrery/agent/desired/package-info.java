/** The desired set that the leader sends: which one counts, and its copy on disk. */
package dev.orrery.agent.desired;
