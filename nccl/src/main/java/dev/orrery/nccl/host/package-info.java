/** The HOST backend: how each two members of a world reach each other, and what is sent that way. */
package dev.orrery.nccl.host;
