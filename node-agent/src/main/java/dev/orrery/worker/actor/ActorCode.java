package dev.orrery.worker.actor;

import dev.orrery.internal.client.ActorReferences;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.task.ObjectReferences;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The user's code in a worker, and what reads and writes its values. All actors of a worker share it. */
record ActorCode(UserCode code, FunctionLoader functions, ValueCodec values) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActorCode.class);

    /** @param job by which references to actors that come in are used */
    static ActorCode of(List<Path> artifacts, OwnJob job) {
        UserCode code = new UserCode(artifacts);
        ValueCodec values = new ValueCodec(new ForySerializer(
                code.classLoader(),
                List.of(
                        new ActorReferences(job::client, code.classLoader()),
                        new ObjectReferences(job::client, code.classLoader()))));
        return new ActorCode(code, new FunctionLoader(code), values);
    }

    @Override
    public void close() {
        try {
            code.close();
        } catch (IOException e) {
            LOG.warn("closing the artifacts failed", e);
        }
    }
}
