/** Large values between hosts: in pieces, over connections of their own, once for each host. */
package dev.orrery.internal.transfer;
