package dev.orrery.examples.model;

import com.google.protobuf.MessageLite;
import dev.orrery.error.OrreryException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import sun.reflect.ReflectionFactory;

/** How the classes of a state's objects are built, by reflection. */
final class Shapes {
    /** What is done with objects of a class. */
    enum Kind {
        /** Nothing about it can change, so that copies may share it. */
        VALUE,
        /** What the model puts in the place of the world around production's objects. */
        SURROUNDING,
        /** A function of production's, which captures only what belongs to the surroundings. */
        FUNCTION,
        /** Once it came: that there is none to wait for is all that production asks of it later. */
        ANSWER,
        OPTIONAL,
        COUNTER,
        MAP,
        COLLECTION,
        RECORD,
        OBJECT
    }

    /**
     * @param fields of records and objects
     * @param telling those of the fields that two objects which behave alike have in common
     * @param fixed whether nothing that a record holds can change
     * @param creator takes all fields of a record, and none of an object
     */
    record Shape(Kind kind, boolean fixed, List<Field> fields, List<Field> telling, Optional<Constructor<?>> creator) {
        static Shape of(Kind kind) {
            return new Shape(kind, kind == Kind.VALUE, List.of(), List.of(), Optional.empty());
        }

        /** Of a record by its fields, of an object by nothing. */
        Object create(Object... parts) throws ReflectiveOperationException {
            return creator.orElseThrow().newInstance(parts);
        }
    }

    /** What is only counted, or told to people: nothing is decided by it. */
    private static final Set<String> TOLD_ONLY = Set.of(
            "EventLog.events",
            "EventLog.lastNumber",
            "RequestFlow.accepted",
            "RequestFlow.answered",
            "RequestFlow.failed",
            "RequestFlow.rejected",
            "RequestFlow.replayed",
            "RequestFlow.late",
            "Request.causes");

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return read(type);
        }
    };

    private Shapes() {}

    static Shape of(Object object) {
        return SHAPES.get(object.getClass());
    }

    private static Shape read(Class<?> type) {
        if (Surrounding.class.isAssignableFrom(type)) {
            return Shape.of(Kind.SURROUNDING);
        } else if (type.isHidden()) {
            return Shape.of(Kind.FUNCTION);
        } else if (type == AtomicInteger.class) {
            return Shape.of(Kind.COUNTER);
        } else if (isValue(type)) {
            return Shape.of(Kind.VALUE);
        } else if (type == CompletableFuture.class) {
            return Shape.of(Kind.ANSWER);
        } else if (type == Optional.class) {
            return Shape.of(Kind.OPTIONAL);
        } else if (Map.class.isAssignableFrom(type)) {
            return Shape.of(Kind.MAP);
        } else if (Collection.class.isAssignableFrom(type)) {
            return Shape.of(Kind.COLLECTION);
        }
        return type.isRecord() ? readRecord(type) : readObject(type);
    }

    private static boolean isValue(Class<?> type) {
        // Its subclass can change, and so can what a field of that type may hold.
        if (type == AtomicInteger.class || type == Number.class) {
            return false;
        }
        return List.of(
                        String.class,
                        Number.class,
                        Boolean.class,
                        Enum.class,
                        MessageLite.class,
                        Duration.class,
                        Path.class,
                        OptionalLong.class,
                        OrreryException.class)
                .stream()
                .anyMatch(value -> value.isAssignableFrom(type));
    }

    /** Only where the types tell it: a field of an interface may hold anything. */
    private static boolean isFixed(List<Class<?>> types) {
        return types.stream().allMatch(type -> type.isPrimitive() || isValue(type) || isFixedRecord(type));
    }

    private static boolean isFixedRecord(Class<?> type) {
        return type.isRecord() && SHAPES.get(type).fixed();
    }

    private static boolean isTelling(Field field) {
        return !TOLD_ONLY.contains(field.getDeclaringClass().getSimpleName() + "." + field.getName());
    }

    private static Shape readObject(Class<?> type) {
        if (!type.getName().startsWith("dev.orrery.")) {
            throw new IllegalStateException("a state holds a " + type.getName() + ", of which nothing is known");
        }
        List<Field> fields = new ArrayList<>();
        for (Class<?> part = type; part != Object.class; part = part.getSuperclass()) {
            Arrays.stream(part.getDeclaredFields())
                    .filter(field -> !Modifier.isStatic(field.getModifiers()))
                    .sorted(Comparator.comparing(Field::getName))
                    .forEach(fields::add);
        }
        fields.forEach(field -> field.setAccessible(true));
        try {
            Constructor<?> plain = Object.class.getDeclaredConstructor();
            Constructor<?> creator =
                    ReflectionFactory.getReflectionFactory().newConstructorForSerialization(type, plain);
            List<Field> telling = fields.stream().filter(Shapes::isTelling).toList();
            return new Shape(Kind.OBJECT, false, List.copyOf(fields), telling, Optional.of(creator));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Shape readRecord(Class<?> type) {
        try {
            List<Field> fields = new ArrayList<>();
            List<Class<?>> types = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                Field field = type.getDeclaredField(component.getName());
                field.setAccessible(true);
                fields.add(field);
                types.add(component.getType());
            }
            Constructor<?> creator = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
            creator.setAccessible(true);
            List<Field> all = List.copyOf(fields);
            return new Shape(Kind.RECORD, isFixed(types), all, all, Optional.of(creator));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
