/** Worker processes: how they are started, found again, watched and ended. */
package dev.orrery.agent.process;
