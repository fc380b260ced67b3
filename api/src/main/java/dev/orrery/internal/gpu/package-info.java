/** Words about GPUs that several modules share. */
package dev.orrery.internal.gpu;
