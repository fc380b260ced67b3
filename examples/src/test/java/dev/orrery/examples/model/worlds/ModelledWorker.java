package dev.orrery.examples.model.worlds;

import dev.orrery.gateway.core.GatewayCore;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.RoutingTable;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.worker.WorldsAccess;
import dev.orrery.worker.stage.StageAccess;
import java.util.Optional;
import java.util.TreeSet;

/** The process of a gateway or of a replica, whose parts are production's. Changed only in copies. */
final class ModelledWorker {
    final ActorLife life;
    final WorldsAccess worlds;
    final Optional<GatewayCore> gateway;
    final Optional<StageAccess> stage;
    Stamp stamp = Stamp.getDefaultInstance();
    DesiredWorker desired = DesiredWorker.getDefaultInstance();
    /** Worlds that a gateway can send over. */
    final TreeSet<Long> firstHops = new TreeSet<>();

    Optional<RoutingTable> tableBefore = Optional.empty();
    /** What the newest table names that ever came. */
    Optional<RoutingTable> newestTable = Optional.empty();

    long nowNanos = 1_000_000_000L;

    ModelledWorker(ActorLife life, WorldsAccess worlds, Optional<GatewayCore> gateway, Optional<StageAccess> stage) {
        this.life = life;
        this.worlds = worlds;
        this.gateway = gateway;
        this.stage = stage;
    }
}
