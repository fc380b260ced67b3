/** What nodes have and actors need beside CPUs and GPUs: how it may be called, and how much of it there may be. */
package dev.orrery.internal.placement;
