/** Native memory. */
package dev.orrery.internal.memory;
