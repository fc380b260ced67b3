package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.store.KeptValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/** Values of which some had to be fetched; their copies stay until this is closed. Of one thread. */
public final class FetchedValues implements AutoCloseable {
    private record Fetched(FetchedCopies from, FetchedCopies.Copy copy) {}

    private final List<Value> values;
    private final Map<Integer, Fetched> fetched = new TreeMap<>();

    FetchedValues(List<Value> values) {
        this.values = new ArrayList<>(values);
    }

    /** One of them comes as that copy. */
    void add(int index, FetchedCopies from, FetchedCopies.Copy copy) {
        fetched.put(index, new Fetched(from, copy));
    }

    /** Waits until each came or failed, which the transfer of each piece bounds; returns why which of them did not come, from 0 on. */
    public Map<Integer, OrreryException> await() throws InterruptedException {
        Map<Integer, OrreryException> failures = new TreeMap<>();
        for (Map.Entry<Integer, Fetched> each : fetched.entrySet()) {
            try {
                KeptValue here = each.getValue().copy().arrival().get();
                values.set(each.getKey(), here.message());
            } catch (ExecutionException e) {
                Throwable cause = ErrorCodec.unwrap(e);
                failures.put(
                        each.getKey(),
                        cause instanceof OrreryException known
                                ? known
                                : OrreryException.of(ErrorCode.INTERNAL, "unexpected " + cause, cause));
            }
        }
        return failures;
    }

    /** With those that came where they are now. */
    public List<Value> values() {
        return List.copyOf(values);
    }

    @Override
    public void close() {
        fetched.values().forEach(each -> each.from().giveBack(each.copy()));
        fetched.clear();
    }
}
