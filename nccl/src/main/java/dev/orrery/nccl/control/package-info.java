/** The one thread that decides about worlds and links. */
package dev.orrery.nccl.control;
