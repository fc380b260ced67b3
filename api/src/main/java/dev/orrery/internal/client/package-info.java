/** How drivers and agents talk to the leader and to gateways. */
package dev.orrery.internal.client;
