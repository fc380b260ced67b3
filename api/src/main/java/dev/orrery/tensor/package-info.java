/** Named, typed, shaped values, off-heap. */
package dev.orrery.tensor;
