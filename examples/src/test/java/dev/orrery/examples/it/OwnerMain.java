package dev.orrery.examples.it;

import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A driver that starts an actor of its own and a detached one, and then does nothing. */
final class OwnerMain {
    private OwnerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        Orrery orrery = Orrery.connect(OrreryOptions.parse(arguments[0]).toBuilder()
                .secretFile(Path.of(arguments[1]))
                .build());
        orrery.actor(Counter::new, 1).name("owned").cpus(0.1).restarts(5).start();
        orrery.actor(Counter::new, 1).name("free").cpus(0.1).detached().start();
        new CountDownLatch(1).await();
    }
}
