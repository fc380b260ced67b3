/** The connection to the leading head. */
package dev.orrery.agent.link;
