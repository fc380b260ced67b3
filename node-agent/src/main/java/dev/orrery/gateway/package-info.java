/** The gateway of a pipeline: accepts requests and owns each until it is answered. */
package dev.orrery.gateway;
