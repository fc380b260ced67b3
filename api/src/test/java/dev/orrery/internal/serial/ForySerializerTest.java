package dev.orrery.internal.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.TestingValues.Account;
import dev.orrery.testing.TestingValues.Holder;
import dev.orrery.testing.TestingValues.Item;
import dev.orrery.testing.TestingValues.Operator;
import dev.orrery.testing.TestingValues.Order;
import dev.orrery.testing.TestingValues.Refusing;
import dev.orrery.testing.TestingValues.Ring;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ForySerializerTest {
    private final ObjectSerializer serializer = new ForySerializer(ForySerializerTest.class.getClassLoader());

    static Stream<Object> values() {
        return Stream.of(
                5,
                5L << 40,
                2.5,
                'x',
                true,
                "text",
                TimeUnit.DAYS,
                new Item("a", 3),
                new Order(1, List.of(new Item("a", 3)), new TreeMap<>(Map.of("k", "v")), Optional.of(Instant.EPOCH)),
                new Account("owner", 1, 2, 3),
                List.of(1, 2, 3),
                Map.of("k", List.of(1)),
                Arrays.asList("a", null),
                Collections.unmodifiableList(Arrays.asList(1, 2)),
                Stream.of(1, 2).toList(),
                new EnumMap<>(Map.of(TimeUnit.DAYS, 1)),
                Optional.of("x"),
                new BigDecimal("1.25"),
                UUID.fromString("00000000-0000-0001-0000-000000000002"),
                BitSet.valueOf(new long[] {5}),
                Locale.FRANCE,
                ZoneId.of("Europe/Vienna"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aValueComesBackEqual(Object value) {
        Object copy = serializer.read("the result", serializer.write("the result", value));

        assertEquals(value, copy);
    }

    @Test
    void arraysComeBackEqual() {
        double[] numbers = IntStream.range(0, 1_000).mapToDouble(i -> i * 0.5).toArray();
        int[][] table = {{1}, {2, 3}};

        assertTrue(Arrays.equals(numbers, (double[]) copy(numbers)));
        assertTrue(Arrays.deepEquals(table, (int[][]) copy(table)));
    }

    @Test
    void aCycleStaysOne() {
        Ring ring = new Ring();
        ring.closeOn(ring);

        Ring copy = (Ring) copy(ring);

        assertNotSame(ring, copy);
        assertSame(copy, copy.next());
    }

    @Test
    void anExceptionKeepsMessageCauseAndTrace() {
        IllegalStateException thrown = new IllegalStateException("outer", new IOException("inner"));

        Throwable copy = (Throwable) copy(thrown);

        assertEquals("outer", copy.getMessage());
        assertEquals("inner", copy.getCause().getMessage());
        assertEquals(thrown.getStackTrace()[0], copy.getStackTrace()[0]);
    }

    @Test
    void aSerializableLambdaTravelsWithWhatItCaptures() {
        Operator copy = (Operator) copy(Operator.adding(5));

        assertEquals(12, copy.applyAsInt(7));
    }

    static Stream<Object> refused() {
        return Stream.of(
                new Thread("never started"),
                new java.net.Socket(),
                Thread.currentThread().getContextClassLoader(),
                java.util.concurrent.ForkJoinPool.commonPool(),
                java.nio.file.Path.of("/"),
                java.lang.invoke.MethodHandles.lookup(),
                new ProcessBuilder("true"),
                new dev.orrery.internal.rpc.HostPort("host", 1));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsNoDataIsRefusedByNameAlsoInsideAnother(Object value) {
        for (Object outer : List.of(value, new Holder("h", value), List.of(value), new Object[] {value})) {
            OrreryException refusal = assertThrows(OrreryException.class, () -> serializer.write("argument 1", outer));

            assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
            assertTrue(
                    refusal.getMessage()
                            .startsWith("argument 1, a " + outer.getClass().getName()),
                    refusal.getMessage());
            assertTrue(refusal.getMessage().contains(value.getClass().getName()), refusal.getMessage());
        }
    }

    @Test
    void aTensorInsideAnotherObjectIsRefused() {
        try (Tensor tensor = Tensor.ofFloats(new float[] {1}, 1)) {
            OrreryException refusal =
                    assertThrows(OrreryException.class, () -> serializer.write("argument 1", new Holder("h", tensor)));

            assertTrue(refusal.getMessage().contains(Tensor.class.getName()), refusal.getMessage());
        }
    }

    @Test
    void aLambdaThatIsNotSerializableIsRefused() {
        Runnable lambda = () -> {};

        OrreryException refusal = assertThrows(OrreryException.class, () -> serializer.write("the result", lambda));

        assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
        assertTrue(refusal.getMessage().contains(lambda.getClass().getName()), refusal.getMessage());
    }

    @Test
    void whatAClassThrowsWhileItIsWrittenIsTold() {
        OrreryException refusal =
                assertThrows(OrreryException.class, () -> serializer.write("argument 2", new Refusing()));

        assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
        assertTrue(refusal.getMessage().contains("not today"), refusal.getMessage());
    }

    @Test
    void aFailureLeavesNothingBehind() {
        assertThrows(OrreryException.class, () -> serializer.write("argument 1", new Holder("h", new Thread("t"))));

        assertEquals(new Item("a", 3), copy(new Item("a", 3)));
    }

    @Test
    void aClassThatIsUnknownToTheReaderIsNamed() {
        ByteString bytes = serializer.write("argument 1", new Item("a", 3));
        ObjectSerializer stranger = new ForySerializer(ClassLoader.getPlatformClassLoader());

        OrreryException refusal = assertThrows(OrreryException.class, () -> stranger.read("argument 1", bytes));

        assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
        assertTrue(refusal.getMessage().contains(Item.class.getName()), refusal.getMessage());
    }

    @Test
    void damagedBytesGiveAnErrorOrAValueAndNothingElse() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Order order = new Order(1, List.of(new Item("a", 3), new Item("b", 4)), Map.of("k", "v"), Optional.empty());
        byte[] bytes = serializer.write("argument 1", order).toByteArray();
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length));
            for (int i = 0; i < 3 && damaged.length > 0; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                var unused = serializer.read("argument 1", ByteString.copyFrom(damaged));
            } catch (OrreryException e) {
                assertEquals(ErrorCode.NOT_SERIALIZABLE, e.code());
            }
        }
    }

    private Object copy(Object value) {
        return serializer.read("a value", serializer.write("a value", value));
    }

    /** Not to be sent by its fields: one of them is a thread. */
    private record Bound(String name, Thread owner) {}

    private static final class BoundNames implements BoundType<Bound> {
        @Override
        public int id() {
            return 7;
        }

        @Override
        public Class<Bound> type() {
            return Bound.class;
        }

        @Override
        public byte[] write(Bound object) {
            return object.name().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Bound read(byte[] bytes) {
            return new Bound(new String(bytes, StandardCharsets.UTF_8), Thread.currentThread());
        }
    }

    @Test
    void boundObjectsTravelAsWhatTheyAreBoundBy() {
        ObjectSerializer binding =
                new ForySerializer(ForySerializerTest.class.getClassLoader(), List.of(new BoundNames()));
        Bound bound = new Bound("x", new Thread());
        Object read = binding.read("argument 1", binding.write("argument 1", List.of(bound, "between", bound)));
        Bound expected = new Bound("x", Thread.currentThread());
        assertEquals(List.of(expected, "between", expected), read);
        assertEquals(expected, binding.read("argument 1", binding.write("argument 1", bound)));
        OrreryException refused = assertThrows(OrreryException.class, () -> serializer.write("argument 1", bound));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, refused.code());
    }
}
