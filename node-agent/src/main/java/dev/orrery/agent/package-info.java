/** The node agent, which launches and watches the workers of one node. */
package dev.orrery.agent;
