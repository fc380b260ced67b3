/** How actors, worlds, pipelines and the like may be called. */
package dev.orrery.internal.names;
