package dev.orrery.internal.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorReference;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.serial.BoundType;
import java.time.Duration;
import java.util.function.Supplier;

/** References to actors in arguments and results: whoever reads one calls the actor over its own client. */
@SuppressWarnings("rawtypes")
public final class ActorReferences implements BoundType<RemoteActor> {
    private final Supplier<ClusterClient> client;
    private final ClassLoader classes;

    /**
     * @param client asked when a reference is read
     * @param classes finds the classes of what the actor answers
     */
    public ActorReferences(Supplier<ClusterClient> client, ClassLoader classes) {
        this.client = client;
        this.classes = classes;
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public Class<RemoteActor> type() {
        return RemoteActor.class;
    }

    @Override
    public byte[] write(RemoteActor reference) {
        return reference.toMessage().toByteArray();
    }

    @Override
    public RemoteActor read(byte[] bytes) {
        ActorReference message;
        try {
            message = ActorReference.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a reference to an actor", e);
        }
        ClusterClient own = client.get();
        ActorView view = ActorView.newBuilder()
                .setLife(ActorLife.newBuilder().setActor(message.getActor()))
                .setLabel(message.getLabel())
                .setName(message.getName())
                .setCallRetries(message.getCallRetries())
                .build();
        return new RemoteActor<>(
                new RemoteActor.Parts(own, own.codec(classes), own.actor(view), own.callTimeout()),
                Duration.ofMillis(message.getDeadlineMillis()));
    }
}
