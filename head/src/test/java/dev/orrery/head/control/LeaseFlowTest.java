package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.proto.StartActorRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases of an exclusive actor from a leader that proves each time that it leads. */
class LeaseFlowTest {
    private final TestingCluster cluster = new TestingCluster().node("node-a", 4000);
    private ActorView actor;

    @BeforeEach
    void begin() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation(cluster.operation())
                .setActor(PlainActorSpec.newBuilder()
                        .setName("counter")
                        .setExclusive(true)
                        .setFactory(ActorFunction.newBuilder().setLambda(ByteString.copyFromUtf8("f")))
                        .setOpenTimeoutMillis(10_000)
                        .setMaxPendingCalls(10))
                .build();
        String id = cluster.get(cluster.control().startActor(request)).getActor();
        cluster.await("ALIVE", Duration.ofSeconds(10), () -> {
            actor = cluster.get(cluster.control()
                    .describeActor(
                            DescribeActorRequest.newBuilder().setActor(id).build()));
            return actor.getState().equals("ALIVE");
        });
    }

    private CompletableFuture<RenewLeaseResponse> ask(ControlPlane head, ActorLife life) {
        return head.renewLease(
                RenewLeaseRequest.newBuilder().setLife(life).setNode("node-a").build());
    }

    private static ErrorCode codeOf(CompletableFuture<?> answer) {
        CompletionException failure = assertThrows(CompletionException.class, answer::join);
        return ((OrreryException) failure.getCause()).code();
    }

    @Test
    void oneProofGrantsAllThatWait() {
        List<CompletableFuture<RenewLeaseResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(ask(cluster.control(), actor.getLife()));
        }
        int before = cluster.store.proofs;
        int commits = cluster.store.commits();
        cluster.step();
        assertEquals(before + 1, cluster.store.proofs);
        answers.forEach(answer -> assertEquals(15_000, answer.join().getDurationMillis()));
        cluster.advance(Duration.ofSeconds(5));
        assertEquals(before + 1, cluster.store.proofs, "without a request nothing is proved");
        assertEquals(commits, cluster.store.commits(), "a lease writes nothing");
    }

    @Test
    void proofsAreFewHoweverOftenIsAsked() {
        int before = cluster.store.proofs;
        for (int i = 0; i < 40; i++) {
            ask(cluster.control(), actor.getLife());
            cluster.step();
        }
        int proofs = cluster.store.proofs - before;
        assertTrue(proofs >= 8 && proofs <= 10, proofs + " proofs in two seconds");
    }

    @Test
    void aLeaderThatWasReplacedGrantsNothing() {
        ControlPlane before = cluster.control();
        cluster.changeLeader();
        CompletableFuture<RenewLeaseResponse> answer = ask(before, actor.getLife());
        cluster.advance(Duration.ofSeconds(1));
        assertEquals(ErrorCode.NOT_LEADER, codeOf(answer));
    }

    @Test
    void anotherLifeGetsNothing() {
        CompletableFuture<RenewLeaseResponse> answer = ask(
                cluster.control(), actor.getLife().toBuilder().setIncarnation(7).build());
        cluster.step();
        assertEquals(ErrorCode.FENCED, codeOf(answer));
    }

    @Test
    void whatCannotBeProvedIsRefusedInTime() {
        cluster.control().writesSuspended();
        CompletableFuture<RenewLeaseResponse> answer = ask(cluster.control(), actor.getLife());
        cluster.advance(Duration.ofSeconds(4));
        assertFalse(answer.isDone());
        cluster.advance(Duration.ofSeconds(2));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, codeOf(answer));
    }
}
