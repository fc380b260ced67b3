/** The users of a cluster: processes of their own that send requests and call actors. */
package dev.orrery.examples.chaos.load;
