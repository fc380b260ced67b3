/** The NCCL backend: worlds whose members' devices reach each other by NCCL. */
package dev.orrery.nccl.gpu;
