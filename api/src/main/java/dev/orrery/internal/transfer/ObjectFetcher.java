package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ObjectCopied;
import dev.orrery.internal.proto.OpenObjectRequest;
import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.StoreFolders;
import dev.orrery.internal.store.ValueStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a value from its keeper into a file of this host's, or finds it there. Blocks; the threads of the exchange do it. */
final class ObjectFetcher {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectFetcher.class);

    /** Beyond that it does not wait for a neighbour's copy, but fetches one of its own. */
    private static final Duration NEIGHBOUR_PATIENCE = Duration.ofSeconds(60);

    private final ValueStore store;
    private final BulkLinks links;

    ObjectFetcher(ValueStore store, BulkLinks links) {
        this.store = store;
        this.links = links;
    }

    /**
     * Throws CONNECTION_FAILED (its keeper cannot be reached from here), OBJECT_LOST (it was, and the value did not come whole),
     * RESOURCE_EXHAUSTED (there is no room for it here), or CANCELLED.
     *
     * @param wanted whether somebody waits for it still
     */
    KeptValue fetch(String what, StoredValue stored, BooleanSupplier wanted) {
        ValueKeeper keeper = stored.getKeeper();
        String name = StoredValues.name(stored);
        RpcConnection link = link(what, keeper);
        boolean whole = false;
        try {
            KeptValue fetched = neighbours(what, stored, link).orElseGet(() -> own(what, stored, link, wanted));
            whole = true;
            return fetched;
        } catch (OrreryException e) {
            throw e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.RESOURCE_EXHAUSTED
                    ? e
                    : lost(what, keeper, e);
        } finally {
            if (!whole) {
                link.notify(
                        Protocol.OBJECT_COPIED,
                        ObjectCopied.newBuilder().setName(name).build());
            }
        }
    }

    private RpcConnection link(String what, ValueKeeper keeper) {
        try {
            return Answers.await(links.to(keeper), BulkLinks.DIAL_DEADLINE, "a connection with " + keeper.getWords());
        } catch (OrreryException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            throw OrreryException.of(
                    ErrorCode.CONNECTION_FAILED,
                    "%s is kept by %s, which this process cannot reach at %s: %s"
                            .formatted(what, keeper.getWords(), HostPort.of(keeper.getAddress()), e.detail()),
                    ids(keeper));
        }
    }

    private static Map<String, String> ids(ValueKeeper keeper) {
        return Map.of("keeper", keeper.getWords());
    }

    private static OrreryException lost(String what, ValueKeeper keeper, OrreryException why) {
        return OrreryException.of(
                ErrorCode.OBJECT_LOST,
                "%s was kept by %s at %s, and could not be fetched whole: %s"
                        .formatted(what, keeper.getWords(), HostPort.of(keeper.getAddress()), why.detail()),
                ids(keeper));
    }

    /** Of another process of this host; waits while that one fetches it. */
    private Optional<KeptValue> neighbours(String what, StoredValue stored, RpcConnection link) {
        String copy;
        try {
            copy = open(stored, link, store.host());
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.DEADLINE_EXCEEDED) {
                throw e;
            }
            LOG.info("{} is fetched by another process of this host, which takes long; it is fetched once more", what);
            open(stored, link, "");
            return Optional.empty();
        }
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        Value there = Value.newBuilder()
                .setStored(
                        stored.toBuilder().setPath(copy).setHost(store.host()).clearKeeper())
                .build();
        if (StoreFolders.isOfStore(there) && store.isHere(there)) {
            try {
                return Optional.of(store.duplicate(what, there));
            } catch (OrreryException e) {
                // It went in this moment, or lies where only a copy would do, for which there is no room.
                LOG.info("{} is fetched once more: {}", what, e.getMessage());
            }
        }
        open(stored, link, "");
        return Optional.empty();
    }

    private static String open(StoredValue stored, RpcConnection link, String host) {
        OpenObjectRequest request = OpenObjectRequest.newBuilder()
                .setName(StoredValues.name(stored))
                .setHost(host)
                .build();
        OpenObjectResponse opened = Answers.await(
                link.call(Protocol.OPEN_OBJECT, request, NEIGHBOUR_PATIENCE), NEIGHBOUR_PATIENCE, "a neighbour's copy");
        return opened.getCopy();
    }

    private KeptValue own(String what, StoredValue stored, RpcConnection link, BooleanSupplier wanted) {
        String name = StoredValues.name(stored);
        long bytes = StoredValues.bytes(stored);
        Path file = store.newFile(bytes).orElseThrow(() -> ValueStore.noRoom(what, bytes));
        ObjectFetch fetch = new ObjectFetch(link, name, bytes, wanted);
        try {
            fetch.copyTo(file);
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.RESOURCE_EXHAUSTED, "%s cannot be written into %s: %s".formatted(what, file, e), e);
        } catch (OrreryException e) {
            throw OrreryException.of(
                    e.code(), "%d of %d bytes came, then: %s".formatted(fetch.written(), bytes, e.detail()), e.ids());
        }
        KeptValue kept = store.adopt(Value.newBuilder()
                .setStored(stored.toBuilder().setPath(file.toString()))
                .build());
        link.notify(
                Protocol.OBJECT_COPIED,
                ObjectCopied.newBuilder().setName(name).setPath(file.toString()).build());
        return kept;
    }
}
