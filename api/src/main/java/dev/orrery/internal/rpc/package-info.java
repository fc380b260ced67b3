/** The one RPC layer: Protobuf messages in length-prefixed frames, mutually authenticated, multiplexed, with deadlines. */
package dev.orrery.internal.rpc;
