/** Control links: one to each process that shares a world with this one. */
package dev.orrery.nccl.link;
