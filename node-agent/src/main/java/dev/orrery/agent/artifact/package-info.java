/** The users' jars on this node. */
package dev.orrery.agent.artifact;
