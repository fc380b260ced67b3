/** What the members of a world do with each other. */
package dev.orrery.world;
