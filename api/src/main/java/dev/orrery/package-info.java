/** The public API: everything an application needs. */
package dev.orrery;
