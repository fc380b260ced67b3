package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.ObjectRef;
import java.util.ArrayList;
import java.util.List;

/** An actor that keeps references which others gave to it, and gives away its own. */
public final class Library implements ContextAware {
    private final List<ObjectRef<int[]>> books = new ArrayList<>();
    private ActorContext context;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    public int add(List<ObjectRef<int[]>> more) {
        books.addAll(more);
        return books.size();
    }

    public long total() {
        return books.stream().mapToLong(book -> Chores.total(book.get())).sum();
    }

    public void close() {
        books.forEach(ObjectRef::release);
        books.clear();
    }

    public List<ObjectRef<int[]>> written(int length) {
        return List.of(context.orrery().put(Chores.squares(length)));
    }
}
