/** Tensors to messages and back. */
package dev.orrery.internal.tensor;
