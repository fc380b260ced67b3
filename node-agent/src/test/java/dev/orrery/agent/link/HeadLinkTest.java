package dev.orrery.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeReportAck;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an agent tells the leader when nothing has changed. */
class HeadLinkTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final HostPort FIRST = new HostPort("head", 1);
    private static final HostPort SECOND = new HostPort("head", 2);

    private final TestingClock clock = new TestingClock();
    private final ManualTimers loop = new ManualTimers(clock);
    private final List<NodeReport> reports = new ArrayList<>();
    private final List<Head> dialled = new ArrayList<>();
    private final List<NodeHello> hellos = new ArrayList<>();
    private final Set<HostPort> away = new HashSet<>();
    private boolean adoptionFinished;
    private final HeadLink link = new HeadLink(
            (address, timeout) -> {
                if (away.contains(address)) {
                    return CompletableFuture.failedFuture(
                            OrreryException.of(ErrorCode.CONNECTION_FAILED, "nobody listens at " + address));
                }
                dialled.add(new Head());
                return CompletableFuture.completedFuture(dialled.get(dialled.size() - 1));
            },
            loop,
            List.of(FIRST, SECOND),
            HEARTBEAT,
            new HeadLink.Node(
                    NodeHello::getDefaultInstance,
                    () -> NodeReport.newBuilder()
                            .setNode("n")
                            .setAgentInstance("i")
                            .setAdoptionFinished(adoptionFinished)
                            .build(),
                    (cluster, epoch) -> {}));

    private final class Head extends TestingConnection {
        private Head() {
            super(PeerRole.HEAD, "head");
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            MessageLite answer = NodeWelcome.getDefaultInstance();
            if (request instanceof NodeHello hello) {
                hellos.add(hello);
            } else if (request instanceof NodeReport report) {
                reports.add(report);
                answer = NodeReportAck.getDefaultInstance();
            }
            try {
                return CompletableFuture.completedFuture(method.responseParser().parseFrom(answer.toByteString()));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }

    private NodeReport newest() {
        return reports.get(reports.size() - 1);
    }

    private void begin() {
        link.start();
        loop.runAll();
    }

    @Test
    void itSaysWhichHeadsItCouldNotReach() {
        away.add(FIRST);
        begin();
        assertEquals(List.of(FIRST.toMessage()), hellos.get(0).getUnreachableList());
        away.clear();
        dialled.get(0).close();
        loop.advance(HEARTBEAT);
        assertEquals(List.of(), hellos.get(1).getUnreachableList());
    }

    @Test
    void aHeartbeatOnlySaysThatNothingChanged() {
        begin();
        assertEquals(0, newest().getSameAs());
        long first = newest().getSequence();
        loop.advance(HEARTBEAT);
        loop.advance(HEARTBEAT);
        assertEquals(3, reports.size());
        assertEquals(first, newest().getSameAs());
        assertEquals(first + 2, newest().getSequence());
    }

    @Test
    void aChangeIsToldCompletely() {
        begin();
        loop.advance(HEARTBEAT);
        adoptionFinished = true;
        link.changed();
        loop.runAll();
        assertEquals(0, newest().getSameAs());
        assertTrue(newest().getAdoptionFinished());
        long second = newest().getSequence();
        loop.advance(HEARTBEAT);
        assertEquals(second, newest().getSameAs());
        assertFalse(newest().getAdoptionFinished());
    }

    @Test
    void aNewConnectionIsToldEverything() {
        begin();
        loop.advance(HEARTBEAT);
        dialled.get(0).close();
        loop.advance(HEARTBEAT);
        int before = reports.size();
        assertEquals(2, dialled.size());
        assertTrue(reports.subList(2, before).stream().anyMatch(report -> report.getSameAs() == 0));
        assertEquals(0, reports.get(2).getSameAs());
    }
}
