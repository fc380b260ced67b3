/** The one port of a process for all of its worlds and links, and the handshake of each connection. */
package dev.orrery.nccl.port;
