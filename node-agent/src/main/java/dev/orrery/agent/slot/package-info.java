/** What happens to one life of an actor on this node, as pure decisions. */
package dev.orrery.agent.slot;
