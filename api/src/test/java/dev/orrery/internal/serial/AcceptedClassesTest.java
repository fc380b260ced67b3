package dev.orrery.internal.serial;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AcceptedClassesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.example.Order",
                "[Lcom.example.Order;",
                "[[I",
                "java.util.ArrayList",
                "java.lang.invoke.SerializedLambda",
                "java.sql.Timestamp",
                "dev.orrery.examples.Counter",
                "dev.orrery.error.OrreryException",
                "sunrise.Calendar"
            })
    void acceptsData(String name) {
        assertTrue(AcceptedClasses.accepts(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sun.misc.Unsafe",
                "[Lsun.nio.fs.UnixPath;",
                "[[Ljava.lang.reflect.Method;",
                "com.sun.rowset.JdbcRowSetImpl",
                "javax.naming.InitialContext",
                "java.lang.invoke.MethodHandle",
                "dev.orrery.internal.rpc.RpcClient",
                "dev.orrery.tensor.Tensor"
            })
    void refusesWhatIsNoData(String name) {
        assertFalse(AcceptedClasses.accepts(name));
    }
}
