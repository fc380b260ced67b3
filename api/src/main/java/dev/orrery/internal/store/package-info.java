/** Values of a client as bytes, for as long as somebody refers to them: in its heap, or in files that the host's processes share. */
package dev.orrery.internal.store;
