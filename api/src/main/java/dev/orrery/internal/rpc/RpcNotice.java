package dev.orrery.internal.rpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/** A one-way message of the protocol. All are listed in {@link Protocol}. */
public record RpcNotice<M extends MessageLite>(String name, Parser<M> parser) {}
