/** The leader's durable state as the rest of the head sees it: records by key, conditional commits, leadership. */
package dev.orrery.head.store;
