package dev.orrery.examples.model;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.examples.model.StoreState.Znode;
import dev.orrery.head.zookeeper.StoreAccess;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcNotice;
import dev.orrery.internal.rpc.RpcPeer;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Op.OpKind;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;

/** What a head sees of the world while it takes a step: ZooKeeper's answers as they were chosen, a clock, connections. */
final class HeadSurroundings extends StoreAccess implements NanoClock, Surrounding {
    /** The head waits for ZooKeeper, and with that the step ends for now. */
    static final class Waits extends Error {
        private static final long serialVersionUID = 1;
        private final transient Optional<StoreRequest> asked;

        Waits(Optional<StoreRequest> asked) {
            super(null, null, false, false);
            this.asked = asked;
        }

        /** Empty when it wants to read. */
        Optional<StoreRequest> asked() {
            return asked;
        }
    }

    /** A desired set on its way. */
    record Sent(String node, int connection, DesiredSet set) {}

    /** One step of a head. */
    private static final class Step {
        final ModelledHead head;
        final List<StoreAnswer> answers;
        int answered;
        Optional<StoreState> reading = Optional.empty();
        final List<Sent> sent = new ArrayList<>();

        Step(ModelledHead head, List<StoreAnswer> answers) {
            this.head = head;
            this.answers = answers;
        }

        StoreAnswer next(Optional<StoreRequest> asked) {
            if (answered == answers.size()) {
                throw new Waits(asked);
            }
            answered++;
            return answers.get(answered - 1);
        }
    }

    private static final Set<String> BESIDE = StoreAccess.beside(HeadSteps.CLUSTER);

    /** Each thread takes steps of its own. */
    private static final ThreadLocal<Step> CURRENT = new ThreadLocal<>();

    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    void begin(ModelledHead now, List<StoreAnswer> chosen) {
        CURRENT.set(new Step(now, chosen));
    }

    private ModelledHead head() {
        return CURRENT.get().head;
    }

    List<Sent> sent() {
        return List.copyOf(CURRENT.get().sent);
    }

    @Override
    public String surroundingName() {
        return "head";
    }

    @Override
    public long nanoTime() {
        return head().nowNanos;
    }

    /** Always the same for the same node and number. */
    RpcConnection connection(String node, int number) {
        return connections.computeIfAbsent(node + "/" + number, name -> new Connection(node, number));
    }

    @Override
    protected Reply answer(List<Op> operations) {
        if (operations.get(0).getKind() == OpKind.READ) {
            return read(operations);
        }
        Step step = CURRENT.get();
        step.reading = Optional.empty();
        // The mark of a commit says nothing that its records do not, where nobody reads ahead.
        List<Op> modelled = operations.stream()
                .filter(operation -> !BESIDE.contains(operation.getPath()))
                .toList();
        StoreAnswer answer = step.next(Optional.of(StoreRequest.of(step.head.epoch(), modelled)));
        if (answer instanceof StoreAnswer.Written written) {
            return written(operations, written);
        }
        if (answer instanceof StoreAnswer.Refused refused) {
            List<OpResult> results = new ArrayList<>();
            for (int i = 0; i < operations.size(); i++) {
                Code code = i == refused.index() ? refused.code() : Code.RUNTIMEINCONSISTENCY;
                results.add(new OpResult.ErrorResult(code.intValue()));
            }
            return new Reply(refused.code(), results);
        }
        return new Reply(Code.CONNECTIONLOSS, List.of());
    }

    private static Reply written(List<Op> operations, StoreAnswer.Written written) {
        List<OpResult> results = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            results.add(
                    switch (operations.get(i).getType()) {
                        case OpCode.create ->
                            new OpResult.CreateResult(operations.get(i).getPath());
                        case OpCode.setData ->
                            new OpResult.SetDataResult(stat(
                                    BESIDE.contains(operations.get(i).getPath())
                                            ? 0
                                            : written.versions().get(i)));
                        case OpCode.delete -> new OpResult.DeleteResult();
                        default -> new OpResult.CheckResult();
                    });
        }
        return new Reply(Code.OK, results);
    }

    private static Stat stat(int version) {
        Stat stat = new Stat();
        stat.setVersion(version);
        return stat;
    }

    private Reply read(List<Op> operations) {
        Step step = CURRENT.get();
        StoreState state = step.reading.orElseGet(() -> ((StoreAnswer.Reads) step.next(Optional.empty())).from());
        step.reading = Optional.of(state);
        List<OpResult> results = operations.stream()
                .map(operation -> operation.getType() == OpCode.getChildren
                        ? new OpResult.GetChildrenResult(state.children(operation.getPath()))
                        : data(operation.getPath(), state))
                .toList();
        return new Reply(Code.OK, results);
    }

    private static OpResult data(String path, StoreState state) {
        if (BESIDE.contains(path)) {
            return new OpResult.GetDataResult(new byte[0], stat(0));
        }
        Znode found = state.znodes().get(path);
        return found == null
                ? new OpResult.ErrorResult(Code.NONODE.intValue())
                : new OpResult.GetDataResult(StoreRequest.bytes(found.value()), stat(found.version()));
    }

    /** An agent's connection as the head holds it. */
    private final class Connection implements RpcConnection, Surrounding {
        private final String node;
        private final int number;

        Connection(String node, int number) {
            this.node = node;
            this.number = number;
        }

        @Override
        public String surroundingName() {
            return node + "/" + number;
        }

        @Override
        public RpcPeer peer() {
            return new RpcPeer(PeerRole.AGENT, node, new HostPort(node, 1));
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            CURRENT.get().sent.add(new Sent(node, number, (DesiredSet) request));
            // The leader may send the next one at any time: that includes whenever the answer really comes.
            try {
                return CompletableFuture.completedFuture(method.responseParser().parseFrom(ByteString.EMPTY));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
            throw new IllegalStateException("a head notifies no agent");
        }

        @Override
        public boolean isOpen() {
            return head().open.getOrDefault(node, 0) == number;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public CompletableFuture<String> closed() {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {
            head().open.remove(node, number);
        }
    }
}
