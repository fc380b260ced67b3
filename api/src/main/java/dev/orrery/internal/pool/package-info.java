/** Pools of actors: which one gets the next call, and what becomes of the calls of one that dies. */
package dev.orrery.internal.pool;
