/** What the users of a cluster saw, on disk while it lasts. */
package dev.orrery.examples.chaos.history;
