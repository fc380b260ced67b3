/** The HOST backend: one TCP connection to each other member of a world. */
package dev.orrery.nccl.host;
