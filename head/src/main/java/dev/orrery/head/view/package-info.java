/** The cluster as people and drivers see it, made from the leader's state. */
package dev.orrery.head.view;
