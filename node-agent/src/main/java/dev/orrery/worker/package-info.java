/** The worker process: registers with its node agent, joins worlds and hosts one actor. */
package dev.orrery.worker;
