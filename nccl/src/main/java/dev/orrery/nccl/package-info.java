/** Worlds: small process groups, each its own fault domain. */
package dev.orrery.nccl;
