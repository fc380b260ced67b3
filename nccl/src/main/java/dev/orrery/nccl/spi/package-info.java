/** What a data path of worlds has to offer. */
package dev.orrery.nccl.spi;
