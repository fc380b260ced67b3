package dev.orrery.worker.loading;

import java.util.Set;

/**
 * What user code sees of the worker: Orrery's public packages, the logging facade and the JDK. Everything else of the
 * worker's class path stays hidden, so that artifacts may bring any version of any library.
 */
final class ApiClassLoader extends ClassLoader {
    private static final Set<String> PACKAGES =
            Set.of("dev.orrery", "dev.orrery.error", "dev.orrery.function", "dev.orrery.tensor", "dev.orrery.world");
    private static final String LOGGING = "org.slf4j";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader worker;

    ApiClassLoader(ClassLoader worker) {
        super("orrery-api", ClassLoader.getPlatformClassLoader());
        this.worker = worker;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return exposed(name) ? worker.loadClass(name) : super.loadClass(name, resolve);
    }

    private static boolean exposed(String className) {
        int end = className.lastIndexOf('.');
        String packageName = end < 0 ? "" : className.substring(0, end);
        return PACKAGES.contains(packageName) || packageName.equals(LOGGING) || packageName.startsWith(LOGGING + ".");
    }
}
