/** Decisions about silence; no I/O, no clock of their own. */
package dev.orrery.nccl.watchdog;
