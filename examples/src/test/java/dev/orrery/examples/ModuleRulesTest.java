package dev.orrery.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which module and package may see which; the rules of docs/architecture.md. */
class ModuleRulesTest {
    private static final String[] HEAD = {"dev.orrery.head.."};
    private static final String[] NODE_AGENT = {"dev.orrery.agent..", "dev.orrery.worker..", "dev.orrery.gateway.."};
    private static final String WORLDS = "dev.orrery.nccl..";
    private static final String[] API = {
        "dev.orrery",
        "dev.orrery.tensor..",
        "dev.orrery.error..",
        "dev.orrery.function..",
        "dev.orrery.world..",
        "dev.orrery.internal.."
    };
    private static final String[] PUBLIC = {
        "dev.orrery", "dev.orrery.tensor", "dev.orrery.error", "dev.orrery.function", "dev.orrery.world"
    };

    /** A report tells the day it was made, for people. */
    private static final String DATES_ITS_REPORT = "dev.orrery.benchmarks.machine.MachineFacts";

    private static final ArchRule HEAD_NEVER_SEES_THE_NODE_AGENT = noClasses()
            .that()
            .resideInAnyPackage(HEAD)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(NODE_AGENT);

    private static final ArchRule HEAD_NEVER_SEES_WORLDS = noClasses()
            .that()
            .resideInAnyPackage(HEAD)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(WORLDS);

    private static final ArchRule THE_NODE_AGENT_NEVER_SEES_THE_HEAD = noClasses()
            .that()
            .resideInAnyPackage(NODE_AGENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HEAD);

    private static final ArchRule API_SEES_NO_OTHER_MODULE = noClasses()
            .that()
            .resideInAnyPackage(API)
            .should()
            .dependOnClassesThat(resideInAPackage("dev.orrery..")
                    .and(resideInAnyPackage(API).negate().as("outside of api")));

    private static final ArchRule WORLDS_SEE_ONLY_API = noClasses()
            .that()
            .resideInAPackage(WORLDS)
            .should()
            .dependOnClassesThat(resideInAPackage("dev.orrery..")
                    .and(resideInAnyPackage(API).negate())
                    .and(resideInAPackage(WORLDS).negate()));

    private static final ArchRule ONE_PACKAGE_SEES_ZOOKEEPER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.orrery.head.zookeeper..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..");

    private static final ArchRule ONE_PACKAGE_SEES_JAVACPP = noClasses()
            .that()
            .resideOutsideOfPackage("dev.orrery.nccl.cuda..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    private static final ArchRule ONE_CLASS_USES_UNSAFE = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.orrery.internal.memory.NativeMemory")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Unsafe");

    private static final ArchRule USERS_SEE_NO_INTERNAL_TYPE = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(PUBLIC)
            .and()
            .arePublic()
            .should(mentionAnInternalType());

    private static final ArchRule ONE_PACKAGE_SEES_FORY = noClasses()
            .that()
            .resideOutsideOfPackage("dev.orrery.internal.serial..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.fory..");

    /** Deadlines and silences are measured on a clock that is handed in and that nobody can set: NanoClock. */
    private static final ArchRule THE_WALL_CLOCK_DECIDES_NOTHING = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(DATES_ITS_REPORT)
            .should()
            .accessTargetWhere(readsTheWallClock());

    private static final ArchRule NO_GRAB_BAGS = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.orrery");

    static List<ArchRule> rules() {
        return List.of(
                HEAD_NEVER_SEES_THE_NODE_AGENT,
                HEAD_NEVER_SEES_WORLDS,
                THE_NODE_AGENT_NEVER_SEES_THE_HEAD,
                API_SEES_NO_OTHER_MODULE,
                WORLDS_SEE_ONLY_API,
                ONE_PACKAGE_SEES_ZOOKEEPER,
                ONE_PACKAGE_SEES_JAVACPP,
                ONE_PACKAGE_SEES_FORY,
                ONE_CLASS_USES_UNSAFE,
                USERS_SEE_NO_INTERNAL_TYPE,
                THE_WALL_CLOCK_DECIDES_NOTHING,
                NO_GRAB_BAGS);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void seesAllModules() {
        for (String type : List.of(
                "dev.orrery.Orrery",
                "dev.orrery.nccl.WorldManager",
                "dev.orrery.head.HeadMain",
                "dev.orrery.agent.AgentMain",
                "dev.orrery.worker.WorkerMain")) {
            assertTrue(CLASSES.contain(type), type);
        }
    }

    /** {@code now} of {@code java.time}, with or without a zone but not of a given clock, and what is older than it. */
    private static DescribedPredicate<JavaAccess<?>> readsTheWallClock() {
        return DescribedPredicate.describe("reads the wall clock", access -> {
            String type = access.getTargetOwner().getName();
            String name = access.getTarget().getName();
            List<JavaClass> parameters = access.getTarget() instanceof CodeUnitAccessTarget called
                    ? called.getRawParameterTypes()
                    : List.of();
            return switch (type) {
                case "java.lang.System" -> name.equals("currentTimeMillis");
                case "java.util.Date" -> name.equals("<init>") && parameters.isEmpty();
                case "java.util.Calendar" -> name.equals("getInstance");
                case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
                case "java.time.InstantSource" -> name.equals("system");
                default ->
                    type.startsWith("java.time.")
                            && name.equals("now")
                            && parameters.stream().noneMatch(parameter -> parameter.isEquivalentTo(Clock.class));
            };
        });
    }

    private static ArchCondition<JavaMethod> mentionAnInternalType() {
        return new ArchCondition<>("mention a type of an internal package") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                if (!method.getOwner().getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                Stream.concat(Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
                        .filter(Objects::nonNull)
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> type.getPackageName().startsWith("dev.orrery.internal"))
                        .forEach(type -> events.add(SimpleConditionEvent.satisfied(
                                method, method.getFullName() + " shows users " + type.getName())));
            }
        };
    }
}
