/** Which node and which of its GPUs an actor gets, and what a world is made of: pure decisions. */
package dev.orrery.head.placement;
