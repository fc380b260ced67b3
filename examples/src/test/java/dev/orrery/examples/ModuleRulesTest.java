package dev.orrery.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Objects;
import java.util.stream.Stream;

/** Which module and package may see which; the rules of docs/architecture.md. */
@AnalyzeClasses(packages = "dev.orrery", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    private static final String[] HEAD = {"dev.orrery.head.."};
    private static final String[] NODE_AGENT = {"dev.orrery.agent..", "dev.orrery.worker..", "dev.orrery.gateway.."};
    private static final String WORLDS = "dev.orrery.nccl..";
    private static final String[] API = {
        "dev.orrery", "dev.orrery.tensor..", "dev.orrery.error..", "dev.orrery.internal.."
    };
    private static final String[] PUBLIC = {"dev.orrery", "dev.orrery.tensor", "dev.orrery.error"};

    @ArchTest
    static final ArchRule HEAD_NEVER_SEES_THE_NODE_AGENT =
            noClasses().that().resideInAnyPackage(HEAD).should().dependOnClassesThat().resideInAnyPackage(NODE_AGENT);

    @ArchTest
    static final ArchRule HEAD_NEVER_SEES_WORLDS =
            noClasses().that().resideInAnyPackage(HEAD).should().dependOnClassesThat().resideInAPackage(WORLDS);

    @ArchTest
    static final ArchRule THE_NODE_AGENT_NEVER_SEES_THE_HEAD =
            noClasses().that().resideInAnyPackage(NODE_AGENT).should().dependOnClassesThat().resideInAnyPackage(HEAD);

    @ArchTest
    static final ArchRule API_SEES_NO_OTHER_MODULE = noClasses()
            .that()
            .resideInAnyPackage(API)
            .should()
            .dependOnClassesThat(resideInAPackage("dev.orrery..").and(resideInAnyPackage(API).negate()
                    .as("outside of api")));

    @ArchTest
    static final ArchRule WORLDS_SEE_ONLY_API = noClasses()
            .that()
            .resideInAPackage(WORLDS)
            .should()
            .dependOnClassesThat(resideInAPackage("dev.orrery..")
                    .and(resideInAnyPackage(API).negate())
                    .and(resideInAPackage(WORLDS).negate()));

    @ArchTest
    static final ArchRule ONE_PACKAGE_SEES_ZOOKEEPER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.orrery.head.zookeeper..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..");

    @ArchTest
    static final ArchRule ONE_PACKAGE_SEES_JAVACPP = noClasses()
            .that()
            .resideOutsideOfPackage("dev.orrery.nccl.cuda..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..");

    @ArchTest
    static final ArchRule ONE_CLASS_USES_UNSAFE = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.orrery.internal.memory.NativeMemory")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Unsafe");

    @ArchTest
    static final ArchRule USERS_SEE_NO_INTERNAL_TYPE = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(PUBLIC)
            .and()
            .arePublic()
            .should(mentionAnInternalType());

    @ArchTest
    static final ArchRule THE_WALL_CLOCK_DECIDES_NOTHING =
            noClasses().should(callMethod(System.class, "currentTimeMillis"));

    @ArchTest
    static final ArchRule NO_GRAB_BAGS =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers)");

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
