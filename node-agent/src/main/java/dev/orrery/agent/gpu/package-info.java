/** The GPUs of a node: looked for by a child process, offered to the head, given to workers by their environment. */
package dev.orrery.agent.gpu;
