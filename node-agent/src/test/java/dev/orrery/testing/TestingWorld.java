package dev.orrery.testing;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One world of {@link TestingWorlds}, with all its members. Actions that call others run outside the lock. */
final class TestingWorld {
    private final WorldSpec spec;
    private final Map<Integer, Member> members = new HashMap<>();
    private final List<CompletableFuture<Void>> heldSends = new ArrayList<>();
    private WorldState state = WorldState.FORMING;
    private Failure cause = Failure.of("none", "");
    private boolean holding;

    TestingWorld(WorldSpec spec) {
        this.spec = spec;
    }

    CompletableFuture<World> join(TestingWorldManager manager, ActorLife self) {
        Member member;
        List<Member> ready = List.of();
        synchronized (this) {
            int rank = rankOf(self);
            Member known = members.get(rank);
            if (known != null) {
                return known.joined;
            }
            member = new Member(manager, rank);
            if (state != WorldState.FORMING) {
                return CompletableFuture.failedFuture(TestingWorlds.broken(spec.getId(), cause));
            }
            members.put(rank, member);
            if (members.size() == spec.getMembersCount()) {
                state = WorldState.READY;
                ready = List.copyOf(members.values());
            }
        }
        manager.tell(spec.getId(), WorldState.FORMING, Optional.empty());
        for (Member each : ready) {
            each.manager.tell(spec.getId(), WorldState.READY, Optional.empty());
            each.joined.complete(each);
        }
        return member.joined;
    }

    private int rankOf(ActorLife self) {
        return spec.getMembersList().stream()
                .filter(member -> member.getLife().equals(self))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(self + " is no member of world " + spec.getId()))
                .getRank();
    }

    void end(WorldState end, Failure why) {
        List<CompletableFuture<?>> failing = new ArrayList<>();
        List<Member> told;
        synchronized (this) {
            if (state == WorldState.BROKEN || state == WorldState.CLOSED) {
                return;
            }
            state = end;
            cause = why;
            told = List.copyOf(members.values());
            failing.addAll(heldSends);
            heldSends.clear();
            for (Member member : told) {
                failing.addAll(member.receives);
                failing.add(member.joined);
                member.arrived.forEach(Tensor::close);
                member.arrived.clear();
            }
        }
        failing.forEach(future -> future.completeExceptionally(TestingWorlds.broken(spec.getId(), why)));
        told.forEach(member -> member.manager.tell(spec.getId(), end, Optional.of(why)));
    }

    synchronized boolean hasMember(WorldManager manager) {
        return members.values().stream().anyMatch(member -> member.manager == manager);
    }

    synchronized Optional<World> membership(WorldManager manager) {
        return members.values().stream()
                .filter(member -> member.manager == manager)
                .map(World.class::cast)
                .findFirst();
    }

    synchronized void holdSends() {
        holding = true;
    }

    void releaseSends() {
        List<CompletableFuture<Void>> released;
        synchronized (this) {
            holding = false;
            released = List.copyOf(heldSends);
            heldSends.clear();
        }
        released.forEach(future -> future.complete(null));
    }

    /** One process in this world. */
    private final class Member extends TestingCommunicator implements World {
        private final TestingWorldManager manager;
        private final int rank;
        private final CompletableFuture<World> joined = new CompletableFuture<>();
        private final Deque<Tensor> arrived = new ArrayDeque<>();
        private final Deque<CompletableFuture<Tensor>> receives = new ArrayDeque<>();

        private Member(TestingWorldManager manager, int rank) {
            this.manager = manager;
            this.rank = rank;
        }

        @Override
        public long id() {
            return spec.getId();
        }

        @Override
        public WorldSpec spec() {
            return spec;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public WorldState state() {
            synchronized (TestingWorld.this) {
                return state;
            }
        }

        @Override
        public Communicator communicator() {
            return this;
        }

        @Override
        public Transport transport(int peer) {
            return Transport.TCP;
        }

        @Override
        public CompletableFuture<Void> send(int peer, Tensor tensor) {
            CompletableFuture<Tensor> receive;
            CompletableFuture<Void> sent = new CompletableFuture<>();
            Tensor copy;
            synchronized (TestingWorld.this) {
                if (state != WorldState.READY) {
                    return CompletableFuture.failedFuture(TestingWorlds.broken(spec.getId(), cause));
                }
                copy = tensor.copy();
                Member receiver = members.get(peer);
                receive = receiver.receives.poll();
                if (receive == null) {
                    receiver.arrived.add(copy);
                }
                if (holding) {
                    heldSends.add(sent);
                } else {
                    sent.complete(null);
                }
            }
            if (receive != null) {
                receive.complete(copy);
            }
            return sent;
        }

        /** Of whoever sent: enough for worlds of two. */
        @Override
        public CompletableFuture<Tensor> receive(int peer) {
            synchronized (TestingWorld.this) {
                Tensor tensor = arrived.poll();
                if (tensor != null) {
                    return CompletableFuture.completedFuture(tensor);
                }
                if (state != WorldState.READY) {
                    return CompletableFuture.failedFuture(TestingWorlds.broken(spec.getId(), cause));
                }
                CompletableFuture<Tensor> receive = new CompletableFuture<>();
                receives.add(receive);
                return receive;
            }
        }
    }
}
