/** Which node an actor goes to: pure arithmetic over free CPUs and GPU slots. */
package dev.orrery.head.placement;
