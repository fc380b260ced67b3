/** What tests of several modules share. */
package dev.orrery.testing;
