/** Messages between two members over a byte stream: TCP, or a Unix domain socket. */
package dev.orrery.nccl.stream;
