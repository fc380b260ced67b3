package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ObjectLostException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ClusterView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** References inside of records and lists go to tasks and actors of two hosts, and come back with what these made. */
class NestedReferencesIT extends ClusterScenario {
    /** Of four bytes: a file each. */
    private static final int LENGTH = 100_000;

    private static final long TOTAL = Chores.total(Chores.squares(LENGTH));

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1", "node-2").agent("node-2", "worlds.host-id", "host-2");
    }

    private static <T> T get(ObjectRef<T> ref) {
        return ref.get(PATIENCE);
    }

    /** Of this process. */
    private static Set<Path> files() throws IOException {
        try (Stream<Path> all = Files.find(
                Path.of("/dev/shm"),
                2,
                (path, attributes) -> attributes.isRegularFile()
                        && path.getParent()
                                .getFileName()
                                .toString()
                                .startsWith("orrery-" + ProcessHandle.current().pid() + "-"))) {
            return all.collect(Collectors.toSet());
        }
    }

    @Test
    void aTaskGetsWhatItsArgumentRefersTo() {
        ObjectRef<Integer> put = orrery().put(20);
        ObjectRef<Integer> made = orrery().task(Chores::add, 10, 12).submit();
        Chores.Shelf shelf = new Chores.Shelf("numbers", List.of(put, made, put));
        assertEquals(
                62, get(orrery().task(Chores::sumOf, shelf).onNode("node-1").submit()));
        assertEquals(
                62,
                get(orrery().task(Chores::sumOf, orrery().put(shelf))
                        .onNode("node-2")
                        .submit()));
    }

    private static boolean isRetired(ClusterView view) {
        boolean there = view.getActorsList().stream()
                .anyMatch(actor ->
                        actor.getNode().equals("node-2") && actor.getState().equals("ALIVE"));
        return there
                && view.getNodesList().stream()
                        .filter(node -> node.getName().equals("node-2"))
                        .allMatch(node -> node.getUsed().getMilliCpus() == 0);
    }

    @Test
    @Tag("full")
    void aTaskGivesBackManyObjects() {
        ObjectRef<Chores.Shelf> result =
                orrery().task(Chores::shelve, "many", 6).onNode("node-2").submit();
        Chores.Shelf shelf = get(result);
        assertEquals("many", shelf.name());
        // It has nothing to do any more, but owns what others need.
        cluster().await("their owner to lend its CPUs", NestedReferencesIT::isRetired, PATIENCE);
        assertEquals(List.of(0, 1, 2, 3, 4, 5), orrery().get(shelf.numbers(), PATIENCE));
        assertEquals(
                15, get(orrery().task(Chores::sumOf, shelf).onNode("node-1").submit()));
        assertEquals(
                7,
                get(orrery().task(
                                Chores::add,
                                shelf.numbers().get(3),
                                shelf.numbers().get(4))
                        .submit()));
        shelf.numbers().forEach(ObjectRef::release);
        result.release();
        cluster()
                .await(
                        "their owner to be given back",
                        view -> view.getActorsList().stream()
                                .allMatch(actor -> actor.getState().equals("DEAD")),
                        PATIENCE);
    }

    @Test
    void anActorKeepsWhatItWasGivenAReferenceTo() throws Exception {
        ActorRef<Library> library =
                orrery().actor(Library::new).cpus(0.1).onNode("node-2").start(PATIENCE);
        Set<Path> before = files();
        ObjectRef<int[]> book = orrery().put(Chores.squares(LENGTH));
        Set<Path> fresh = files();
        fresh.removeAll(before);
        assertEquals(1, fresh.size());
        Path file = fresh.iterator().next();
        assertEquals(1, get(library.call(Library::add, List.of(book))));
        book.release();
        assertTrue(Files.exists(file), "the actor has borrowed it");
        assertEquals(TOTAL, get(library.call(Library::total)));
        get(library.call(Library::close));
        Awaitility.await().atMost(PATIENCE).until(() -> !Files.exists(file));
        library.kill();
    }

    @Test
    void anActorThatDiesReturnsWhatItBorrowed() throws Exception {
        ActorRef<Library> library =
                orrery().actor(Library::new).cpus(0.1).onNode("node-2").start(PATIENCE);
        Set<Path> before = files();
        ObjectRef<int[]> book = orrery().put(Chores.squares(LENGTH));
        Set<Path> fresh = files();
        fresh.removeAll(before);
        Path file = fresh.iterator().next();
        get(library.call(Library::add, List.of(book)));
        book.release();
        assertTrue(Files.exists(file));
        kill(library);
        Awaitility.await().atMost(PATIENCE).until(() -> !Files.exists(file));
    }

    @Test
    void whatAnActorOwnsGoesThroughTasksAndIsLostWithIt() throws Exception {
        ActorRef<Library> library =
                orrery().actor(Library::new).cpus(0.1).onNode("node-2").start(PATIENCE);
        List<ObjectRef<int[]>> written = get(library.call(Library::written, LENGTH));
        assertEquals(
                LENGTH,
                get(orrery().task(Chores::lengthOf, Arg.of(written))
                        .onNode("node-1")
                        .submit()));
        assertEquals(TOTAL, Chores.total(get(written.get(0))));
        ObjectRef<int[]> lost = get(library.call(Library::written, LENGTH)).get(0);
        kill(library);
        ObjectLostException why = assertThrows(ObjectLostException.class, () -> get(lost));
        assertTrue(why.getMessage().contains("on node node-2"), why.getMessage());
        assertTrue(why.getMessage().contains(lost.id()), why.getMessage());
    }
}
