/** Fakes that this module's tests share. */
package dev.orrery.testing;
