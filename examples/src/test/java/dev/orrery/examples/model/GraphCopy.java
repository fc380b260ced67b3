package dev.orrery.examples.model;

import dev.orrery.examples.model.Shapes.Shape;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Copies objects with all that they hold, production's own as they are. What is shared in there is shared in the copy. */
public final class GraphCopy {
    /** As many as a head with some actors has. */
    private static final int USUAL = 300;

    private final IdentityHashMap<Object, Object> copies = new IdentityHashMap<>(USUAL);

    private GraphCopy() {}

    public static <T> T of(T object) {
        @SuppressWarnings("unchecked")
        T copy = (T) new GraphCopy().copy(object);
        return copy;
    }

    private Object copy(Object object) {
        if (object == null) {
            return null;
        }
        Shape shape = Shapes.of(object);
        return switch (shape.kind()) {
            case VALUE, SURROUNDING, FUNCTION -> object;
            case RECORD -> shape.fixed() ? object : copyRecord(object, shape);
            case OPTIONAL -> copyOptional((Optional<?>) object);
            case ANSWER -> sameAnswer((CompletableFuture<?>) object);
            case COUNTER, MAP, COLLECTION, OBJECT -> {
                Object known = copies.get(object);
                yield known != null ? known : copyOnce(object, shape);
            }
        };
    }

    private Object copyOnce(Object object, Shape shape) {
        return switch (shape.kind()) {
            case COUNTER -> {
                AtomicInteger copied = new AtomicInteger(((AtomicInteger) object).get());
                copies.put(object, copied);
                yield copied;
            }
            case MAP -> copyMap((Map<?, ?>) object);
            case COLLECTION -> copyCollection((Collection<?>) object);
            default -> copyObject(object, shape);
        };
    }

    private static Object sameAnswer(CompletableFuture<?> answer) {
        if (!answer.isDone()) {
            throw new IllegalStateException("a state holds an answer that has not come, which nothing copies");
        }
        return answer;
    }

    private Object copyOptional(Optional<?> optional) {
        if (optional.isEmpty()) {
            return optional;
        }
        Object copied = copy(optional.get());
        return copied == optional.get() ? optional : Optional.of(copied);
    }

    private Object copyMap(Map<?, ?> map) {
        boolean changeable = true;
        Map<Object, Object> copied;
        if (map.getClass() == TreeMap.class) {
            @SuppressWarnings("unchecked")
            TreeMap<Object, Object> sorted = new TreeMap<>(((SortedMap<Object, Object>) map).comparator());
            copied = sorted;
        } else if (map.getClass() == HashMap.class) {
            copied = new HashMap<>();
        } else if (map.getClass() == ConcurrentHashMap.class) {
            copied = new ConcurrentHashMap<>();
        } else {
            changeable = isChangeable(map, LinkedHashMap.class);
            copied = new LinkedHashMap<>();
        }
        copies.put(map, copied);
        boolean[] same = {true};
        map.forEach((key, value) -> {
            Object newKey = copy(key);
            Object newValue = copy(value);
            same[0] &= newKey == key && newValue == value;
            copied.put(newKey, newValue);
        });
        if (changeable) {
            return copied;
        }
        Object unchangeable = same[0] ? map : Map.copyOf(copied);
        copies.put(map, unchangeable);
        return unchangeable;
    }

    private Object copyCollection(Collection<?> all) {
        boolean changeable = true;
        Collection<Object> copied;
        if (all.getClass() == ArrayDeque.class) {
            copied = new ArrayDeque<>();
        } else if (all.getClass() == HashSet.class) {
            copied = new HashSet<>();
        } else if (all.getClass() == TreeSet.class) {
            @SuppressWarnings("unchecked")
            TreeSet<Object> sorted = new TreeSet<>(((SortedSet<Object>) all).comparator());
            copied = sorted;
        } else if (all instanceof Set<?>) {
            changeable = isChangeable(all, LinkedHashSet.class);
            copied = new LinkedHashSet<>();
        } else {
            changeable = isChangeable(all, ArrayList.class);
            copied = new ArrayList<>(all.size());
        }
        copies.put(all, copied);
        boolean same = true;
        for (Object one : all) {
            Object newOne = copy(one);
            same &= newOne == one;
            copied.add(newOne);
        }
        if (changeable) {
            return copied;
        }
        Object unchangeable = same ? all : all instanceof Set<?> ? Set.copyOf(copied) : List.copyOf(copied);
        copies.put(all, unchangeable);
        return unchangeable;
    }

    /** What is neither known to be changeable nor known not to be is an error: two states might share it. */
    private static boolean isChangeable(Object collection, Class<?> changeable) {
        Class<?> type = collection.getClass();
        boolean fixed = type.getName().startsWith("java.util.ImmutableCollections$")
                || type.getName().startsWith("java.util.Collections$")
                || type.getName().startsWith("com.google.protobuf.");
        if (type != changeable && !fixed) {
            throw new IllegalStateException("a state holds a " + type.getName() + ", which nothing copies");
        }
        return type == changeable;
    }

    private Object copyRecord(Object record, Shape shape) {
        List<Field> fields = shape.fields();
        Object[] parts = new Object[fields.size()];
        boolean same = true;
        try {
            for (int i = 0; i < parts.length; i++) {
                Object part = fields.get(i).get(record);
                parts[i] = copy(part);
                same &= parts[i] == part;
            }
            return same ? record : shape.create(parts);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object copyObject(Object object, Shape shape) {
        try {
            Object copied = shape.create();
            copies.put(object, copied);
            for (Field field : shape.fields()) {
                field.set(copied, copy(field.get(object)));
            }
            return copied;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
