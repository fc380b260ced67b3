package dev.orrery.examples.model;

import com.google.protobuf.MessageLite;
import dev.orrery.examples.model.Shapes.Kind;
import dev.orrery.examples.model.Shapes.Shape;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes objects with all that they hold, so that two that behave alike are written alike: an order that nothing depends on
 * is left out. Every field counts, also those that somebody adds later. Messages that hold maps are not written so.
 */
final class GraphCode {
    private enum Tag {
        NOTHING(0),
        FUNCTION(1),
        OPTIONAL(2),
        TEXT(3),
        MESSAGE(4),
        NUMBER(5),
        FLAG(6),
        MAP(7),
        COLLECTION(8),
        AGAIN(9),
        OBJECT(10);

        private final int code;

        Tag(int code) {
            this.code = code;
        }
    }

    private static final int MAX_NUMBER = 10;
    private static final int MAX_CHAR = 3;
    private static final int CONSTANTS = 1 << 13;
    /** As many as a head with some actors has. */
    private static final int USUAL = 200;

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** What a thread uses again and again. */
    private static final class Scratch {
        final byte[] bytes = new byte[1 << 16];

        /** Objects that cannot change and were written lately, by their identity, and how they were written. */
        final Object[] constants = new Object[CONSTANTS];

        final byte[][] codes = new byte[CONSTANTS][];
    }

    private final IdentityHashMap<Object, Integer> written = new IdentityHashMap<>(USUAL);
    private final Scratch scratch = SCRATCH.get();
    private byte[] bytes = scratch.bytes;
    private int length;
    /** Above zero within what is put into another order: nothing may be referred to from there. */
    private int unordered;

    private GraphCode() {}

    static Digest of(Object object) {
        GraphCode code = new GraphCode();
        code.write(object);
        return Digest.of(code.bytes, code.length);
    }

    private void raw(byte[] added) {
        makeRoom(added.length);
        System.arraycopy(added, 0, bytes, length, added.length);
        length += added.length;
    }

    private void number(long number) {
        makeRoom(MAX_NUMBER);
        long left = number;
        while (left > 0x7F || left < 0) {
            bytes[length] = (byte) ((left & 0x7F) | 0x80);
            length++;
            left >>>= 7;
        }
        bytes[length] = (byte) left;
        length++;
    }

    private void tag(Tag tag) {
        number(tag.code);
    }

    private void write(Object object) {
        if (object == null) {
            tag(Tag.NOTHING);
            return;
        }
        Shape shape = Shapes.of(object);
        switch (shape.kind()) {
            case VALUE -> writeValue(object);
            case SURROUNDING -> text(((Surrounding) object).surroundingName());
            case FUNCTION, ANSWER -> tag(Tag.FUNCTION);
            case OPTIONAL -> {
                tag(Tag.OPTIONAL);
                write(((Optional<?>) object).orElse(null));
            }
            case COUNTER -> {
                tag(Tag.NUMBER);
                number(((AtomicInteger) object).get());
            }
            case MAP -> writeMap((Map<?, ?>) object);
            case COLLECTION -> writeCollection((Collection<?>) object);
            case RECORD -> {
                if (shape.fixed()) {
                    writeConstant(object, () -> writeParts(object, shape));
                } else {
                    writeParts(object, shape);
                }
            }
            case OBJECT -> writeParts(object, shape);
        }
    }

    private void text(String text) {
        tag(Tag.TEXT);
        number(text.length());
        makeRoom(text.length() * MAX_CHAR);
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one > 0x7F) {
                number(one);
            } else {
                bytes[length] = (byte) one;
                length++;
            }
        }
    }

    private void makeRoom(int added) {
        if (length + added > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + added));
        }
    }

    private void sized(byte[] added) {
        number(added.length);
        raw(added);
    }

    private void writeValue(Object value) {
        if (value instanceof String text) {
            text(text);
        } else if (value instanceof MessageLite message) {
            writeConstant(message, () -> {
                tag(Tag.MESSAGE);
                sized(message.toByteArray());
            });
        } else if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            tag(Tag.NUMBER);
            number(((Number) value).longValue());
        } else if (value instanceof Boolean flag) {
            tag(Tag.FLAG);
            number(flag ? 1 : 0);
        } else if (value instanceof Enum<?> constant) {
            text(constant.name());
        } else {
            writeConstant(value, () -> text(value.toString()));
        }
    }

    private void writeConstant(Object constant, Runnable write) {
        int place = System.identityHashCode(constant) & (CONSTANTS - 1);
        if (scratch.constants[place] == constant) {
            raw(scratch.codes[place]);
            return;
        }
        int start = length;
        write.run();
        scratch.constants[place] = constant;
        scratch.codes[place] = Arrays.copyOfRange(bytes, start, length);
    }

    private void writeMap(Map<?, ?> map) {
        tag(Tag.MAP);
        number(map.size());
        if (map.isEmpty()) {
            return;
        }
        if (map.getClass() == LinkedHashMap.class || map instanceof SortedMap<?, ?>) {
            map.forEach((key, value) -> {
                write(key);
                write(value);
            });
            return;
        }
        // By its keys, so that what is behind them can be referred to.
        TreeMap<byte[], Object> entries = new TreeMap<>(Arrays::compare);
        int start = length;
        unordered++;
        map.forEach((key, value) -> {
            write(key);
            entries.put(takeBack(start), value);
        });
        unordered--;
        entries.forEach((key, value) -> {
            sized(key);
            write(value);
        });
    }

    private void writeCollection(Collection<?> collection) {
        tag(Tag.COLLECTION);
        number(collection.size());
        if (collection.isEmpty()) {
            return;
        }
        boolean ordered = !(collection instanceof Set<?>)
                || collection.getClass() == LinkedHashSet.class
                || collection instanceof SortedSet<?>;
        if (ordered) {
            collection.forEach(this::write);
            return;
        }
        int start = length;
        List<byte[]> elements = new ArrayList<>(collection.size());
        unordered++;
        for (Object one : collection) {
            write(one);
            elements.add(takeBack(start));
        }
        unordered--;
        writeSorted(elements);
    }

    private byte[] takeBack(int start) {
        byte[] taken = Arrays.copyOfRange(bytes, start, length);
        length = start;
        return taken;
    }

    private void writeSorted(List<byte[]> entries) {
        entries.sort(Arrays::compare);
        entries.forEach(this::sized);
    }

    private void writeParts(Object object, Shape shape) {
        if (unordered == 0 && shape.kind() != Kind.RECORD) {
            Integer before = written.putIfAbsent(object, written.size());
            if (before != null) {
                tag(Tag.AGAIN);
                number(before);
                return;
            }
        }
        tag(Tag.OBJECT);
        try {
            for (Field field : shape.telling()) {
                write(field.get(object));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
