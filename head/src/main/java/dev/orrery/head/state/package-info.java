/** The state machines of the control plane (design §5): their states, their events and their complete tables. */
package dev.orrery.head.state;
