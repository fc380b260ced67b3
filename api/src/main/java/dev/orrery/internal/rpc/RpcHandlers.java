package dev.orrery.internal.rpc;

import com.google.protobuf.MessageLite;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one end of a connection answers. Immutable. */
public final class RpcHandlers {
    record BoundMethod<Q extends MessageLite, R extends MessageLite>(
            RpcMethod<Q, R> method, RpcHandler<Q, R> handler) {}

    record BoundNotice<M extends MessageLite>(RpcNotice<M> notice, NoticeHandler<M> handler) {}

    private final Map<String, BoundMethod<?, ?>> methods;
    private final Map<String, BoundNotice<?>> notices;

    private RpcHandlers(Map<String, BoundMethod<?, ?>> methods, Map<String, BoundNotice<?>> notices) {
        this.methods = Map.copyOf(methods);
        this.notices = Map.copyOf(notices);
    }

    public static RpcHandlers none() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    Optional<BoundMethod<?, ?>> method(String name) {
        return Optional.ofNullable(methods.get(name));
    }

    Optional<BoundNotice<?>> notice(String name) {
        return Optional.ofNullable(notices.get(name));
    }

    /** Collects handlers; a method or notice can be given once. */
    public static final class Builder {
        private final Map<String, BoundMethod<?, ?>> methods = new HashMap<>();
        private final Map<String, BoundNotice<?>> notices = new HashMap<>();

        private Builder() {}

        public <Q extends MessageLite, R extends MessageLite> Builder on(
                RpcMethod<Q, R> method, RpcHandler<Q, R> handler) {
            if (methods.putIfAbsent(method.name(), new BoundMethod<>(method, handler)) != null) {
                throw new IllegalArgumentException("method " + method.name() + " already has a handler");
            }
            return this;
        }

        public <M extends MessageLite> Builder onNotice(RpcNotice<M> notice, NoticeHandler<M> handler) {
            if (notices.putIfAbsent(notice.name(), new BoundNotice<>(notice, handler)) != null) {
                throw new IllegalArgumentException("notice " + notice.name() + " already has a handler");
            }
            return this;
        }

        public RpcHandlers build() {
            return new RpcHandlers(methods, notices);
        }
    }
}
