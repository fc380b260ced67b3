package dev.orrery.testing;

import dev.orrery.ObjectRef;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** Classes as users write them, for arguments and results. */
public final class TestingValues {
    private TestingValues() {}

    public record Item(String sku, int count) {}

    public record Order(long id, List<Item> items, Map<String, String> labels, Optional<Instant> at) {}

    /** Neither Serializable nor with a constructor without arguments. */
    public static final class Account {
        private final String owner;
        private final int[] amounts;

        public Account(String owner, int... amounts) {
            this.owner = owner;
            this.amounts = amounts;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Account account
                    && account.owner.equals(owner)
                    && Arrays.equals(account.amounts, amounts);
        }

        @Override
        public int hashCode() {
            return Objects.hash(owner, Arrays.hashCode(amounts));
        }
    }

    public static final class Ring {
        private Ring next;

        public void closeOn(Ring other) {
            next = other;
        }

        public Ring next() {
            return next;
        }
    }

    public static final class Refusing implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new IOException("not today");
        }
    }

    public record Shelf(String name, ObjectRef<byte[]> book, List<ObjectRef<String>> notes) {}

    public record Holder(String name, Object held) {}

    public interface Operator extends IntUnaryOperator, Serializable {
        static Operator adding(int captured) {
            return x -> x + captured;
        }
    }
}
