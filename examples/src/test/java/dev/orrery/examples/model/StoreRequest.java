package dev.orrery.examples.model;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.SetDataRequest;

/**
 * What a head asks ZooKeeper to write, as one.
 *
 * @param epoch by whose right; 0 while it is still to be won
 */
public record StoreRequest(long epoch, List<Change> changes) {
    enum Kind {
        CHECK,
        CREATE,
        SET,
        DELETE
    }

    /** @param version -1 for any */
    record Change(Kind kind, String path, String value, int version) {}

    static StoreRequest of(long epoch, List<Op> operations) {
        return new StoreRequest(
                epoch, operations.stream().map(StoreRequest::change).toList());
    }

    private static Change change(Op operation) {
        Object request = operation.toRequestRecord();
        String path = operation.getPath();
        return switch (operation.getType()) {
            case OpCode.check -> new Change(Kind.CHECK, path, "", ((CheckVersionRequest) request).getVersion());
            case OpCode.create -> new Change(Kind.CREATE, path, text(((CreateRequest) request).getData()), -1);
            case OpCode.setData -> {
                SetDataRequest set = (SetDataRequest) request;
                yield new Change(Kind.SET, path, text(set.getData()), set.getVersion());
            }
            case OpCode.delete -> new Change(Kind.DELETE, path, "", ((DeleteRequest) request).getVersion());
            default -> throw new IllegalStateException("ZooKeeper is asked for " + operation.getKind() + " of " + path);
        };
    }

    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
