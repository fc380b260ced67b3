package dev.orrery.internal.rpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/** A call of the protocol: its name on the wire and what goes each way. All are listed in {@link Protocol}. */
public record RpcMethod<Q extends MessageLite, R extends MessageLite>(
        String name, Parser<Q> requestParser, Parser<R> responseParser) {}
