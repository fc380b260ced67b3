package dev.orrery.benchmarks.gpu;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Tests of worlds that are run together in one process.
 *
 * @param name for people, and of its files
 * @param selectors as JUnit writes them
 * @param limit how long it may take
 */
record Suite(String name, List<String> selectors, Duration limit) {
    private static final String PACKAGE = "dev.orrery.nccl.world";
    /** What holds for worlds whatever carries them. */
    private static final String CONTRACT = PACKAGE + ".EachCarrier";

    private static final String MEMBER_END = PACKAGE + ".MemberEndIT";
    private static final String JOINING_MEMBER_END = PACKAGE + ".JoiningMemberEndIT";
    private static final Set<String> KILLS = Set.of(MEMBER_END, JOINING_MEMBER_END);
    private static final Set<String> QUICK = Set.of(
            PACKAGE + ".WorldFormingTest",
            PACKAGE + ".WorldBreakTest",
            PACKAGE + ".WorldLeaveTest",
            PACKAGE + ".WorldCollectivesTest");

    Suite {
        selectors = List.copyOf(selectors);
    }

    /** Whatever holds for every world; all members in one process. */
    static Suite contract(boolean quick) {
        List<String> selectors =
                ReflectionSupport.findAllClassesInPackage(PACKAGE, Suite::isContract, name -> true).stream()
                        .map(Class::getName)
                        .filter(name -> !KILLS.contains(name) && (!quick || QUICK.contains(name)))
                        .sorted()
                        .map(name -> "class:" + name)
                        .toList();
        return new Suite("contract", selectors, Duration.ofMinutes(quick ? 3 : 20));
    }

    private static boolean isContract(Class<?> type) {
        return !Modifier.isAbstract(type.getModifiers())
                && type.getSuperclass() != null
                && type.getSuperclass().getName().equals(CONTRACT);
    }

    /** Members in processes of their own, which end in every way. */
    static Suite kill(boolean quick) {
        if (!quick) {
            return new Suite(
                    "kill", List.of("class:" + JOINING_MEMBER_END, "class:" + MEMBER_END), Duration.ofMinutes(20));
        }
        // Killed: between operations, while one waits to receive, and inside a large send and a large receive.
        String killed = "iteration:method:%s#aMemberEndsAtAnyMoment(%s$End, %s$Moment)[0..3]"
                .formatted(MEMBER_END, MEMBER_END, MEMBER_END);
        String joining = "iteration:method:%s#aMemberIsKilledWhileItJoins(int)[0]".formatted(JOINING_MEMBER_END);
        return new Suite("kill", List.of(killed, joining), Duration.ofMinutes(3));
    }
}
