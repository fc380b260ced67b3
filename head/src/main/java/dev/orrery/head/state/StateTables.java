package dev.orrery.head.state;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.util.List;

/** The transition tables of everything that the leader moves. Each names every pair of state and event. */
public final class StateTables {
    private static final String FINAL = "the state is final";

    public static final TransitionTable<NodeState, NodeEvent> NODE = node();
    public static final TransitionTable<ActorState, ActorEvent> ACTOR = actor();
    public static final TransitionTable<JobState, JobEvent> JOB = job();
    public static final TransitionTable<PlacementGroupState, PlacementGroupEvent> PLACEMENT_GROUP = placementGroup();
    public static final TransitionTable<WorldState, WorldEvent> WORLD = world();
    public static final TransitionTable<ReplicaState, ReplicaEvent> REPLICA = replica();
    public static final TransitionTable<PipelineState, PipelineEvent> PIPELINE = pipeline();

    public static final List<TransitionTable<?, ?>> ALL =
            List.of(NODE, ACTOR, JOB, PLACEMENT_GROUP, WORLD, REPLICA, PIPELINE);

    private StateTables() {}

    private static TransitionTable<NodeState, NodeEvent> node() {
        String notDrained = "it is not being drained";
        return TransitionTable.named("node", NodeState.JOINING, NodeEvent.class)
                .go(NodeState.JOINING, NodeEvent.REPORTED, NodeState.ALIVE)
                .go(NodeState.JOINING, NodeEvent.LATE, NodeState.SUSPECT)
                .go(NodeState.JOINING, NodeEvent.SILENT, NodeState.DEAD)
                .go(NodeState.JOINING, NodeEvent.DRAIN_ASKED, NodeState.DRAINING)
                .ignore(NodeState.JOINING, NodeEvent.UNDRAIN_ASKED, notDrained)
                .rest(NodeState.JOINING, event -> new Outcome.Refuse<>("nothing was placed there yet"))
                .go(NodeState.ALIVE, NodeEvent.LATE, NodeState.SUSPECT)
                .go(NodeState.ALIVE, NodeEvent.SILENT, NodeState.DEAD)
                .go(NodeState.ALIVE, NodeEvent.DRAIN_ASKED, NodeState.DRAINING)
                .ignore(NodeState.ALIVE, NodeEvent.REPORTED, "as it should")
                .ignore(NodeState.ALIVE, NodeEvent.UNDRAIN_ASKED, notDrained)
                .refuse(NodeState.ALIVE, NodeEvent.EMPTIED, notDrained)
                .go(NodeState.SUSPECT, NodeEvent.REPORTED, NodeState.ALIVE)
                .go(NodeState.SUSPECT, NodeEvent.SILENT, NodeState.DEAD)
                .go(NodeState.SUSPECT, NodeEvent.DRAIN_ASKED, NodeState.DRAINING)
                .ignore(NodeState.SUSPECT, NodeEvent.LATE, "known")
                .ignore(NodeState.SUSPECT, NodeEvent.UNDRAIN_ASKED, notDrained)
                .refuse(NodeState.SUSPECT, NodeEvent.EMPTIED, notDrained)
                .go(NodeState.DEAD, NodeEvent.REPORTED, NodeState.ALIVE)
                .ignore(NodeState.DEAD, NodeEvent.LATE, "known")
                .ignore(NodeState.DEAD, NodeEvent.SILENT, "known")
                .ignore(NodeState.DEAD, NodeEvent.DRAIN_ASKED, "it is drained should it return")
                .ignore(NodeState.DEAD, NodeEvent.UNDRAIN_ASKED, "it is used should it return")
                .refuse(NodeState.DEAD, NodeEvent.EMPTIED, notDrained)
                .go(NodeState.DRAINING, NodeEvent.EMPTIED, NodeState.DRAINED)
                .go(NodeState.DRAINING, NodeEvent.SILENT, NodeState.DEAD)
                .go(NodeState.DRAINING, NodeEvent.UNDRAIN_ASKED, NodeState.ALIVE)
                .rest(NodeState.DRAINING, event -> new Outcome.Ignore<>("nothing new is placed there anyway"))
                .go(NodeState.DRAINED, NodeEvent.UNDRAIN_ASKED, NodeState.JOINING)
                .ignore(NodeState.DRAINED, NodeEvent.SILENT, "its agent may be stopped")
                .rest(NodeState.DRAINED, event -> new Outcome.Ignore<>("it stays empty"))
                .build();
    }

    private static TransitionTable<ActorState, ActorEvent> actor() {
        String noLife = "no life of it runs";
        return TransitionTable.named("actor", ActorState.PENDING, ActorEvent.class)
                .go(ActorState.PENDING, ActorEvent.PLACED, ActorState.STARTING)
                .go(ActorState.PENDING, ActorEvent.DRAIN_ASKED, ActorState.DRAINING)
                .rest(ActorState.PENDING, event -> new Outcome.Refuse<>(noLife))
                .go(ActorState.STARTING, ActorEvent.OPENED, ActorState.ALIVE)
                .go(ActorState.STARTING, ActorEvent.CRASHED, ActorState.RESTARTING)
                .go(ActorState.STARTING, ActorEvent.LOST, ActorState.RESTARTING)
                .go(ActorState.STARTING, ActorEvent.MOVED, ActorState.RESTARTING)
                .go(ActorState.STARTING, ActorEvent.BUDGET_SPENT, ActorState.DEAD)
                .go(ActorState.STARTING, ActorEvent.DRAIN_ASKED, ActorState.DRAINING)
                .rest(ActorState.STARTING, event -> new Outcome.Refuse<>("a life of it is placed"))
                .go(ActorState.ALIVE, ActorEvent.CRASHED, ActorState.RESTARTING)
                .go(ActorState.ALIVE, ActorEvent.LOST, ActorState.RESTARTING)
                .go(ActorState.ALIVE, ActorEvent.MOVED, ActorState.RESTARTING)
                .go(ActorState.ALIVE, ActorEvent.BUDGET_SPENT, ActorState.DEAD)
                .go(ActorState.ALIVE, ActorEvent.DRAIN_ASKED, ActorState.DRAINING)
                .ignore(ActorState.ALIVE, ActorEvent.OPENED, "known")
                .rest(ActorState.ALIVE, event -> new Outcome.Refuse<>("a life of it runs"))
                .go(ActorState.RESTARTING, ActorEvent.PLACED, ActorState.STARTING)
                .go(ActorState.RESTARTING, ActorEvent.DRAIN_ASKED, ActorState.DRAINING)
                .rest(ActorState.RESTARTING, event -> new Outcome.Refuse<>(noLife))
                .go(ActorState.DRAINING, ActorEvent.STOPPED, ActorState.DEAD)
                .refuse(ActorState.DRAINING, ActorEvent.PLACED, "it is not wanted any more")
                .rest(ActorState.DRAINING, event -> new Outcome.Ignore<>("it is being stopped"))
                .ignore(ActorState.DEAD, ActorEvent.DRAIN_ASKED, "nothing is left to stop")
                .ignore(ActorState.DEAD, ActorEvent.STOPPED, "known")
                .rest(ActorState.DEAD, event -> new Outcome.Refuse<>(FINAL))
                .build();
    }

    private static TransitionTable<JobState, JobEvent> job() {
        return TransitionTable.named("job", JobState.RUNNING, JobEvent.class)
                .go(JobState.RUNNING, JobEvent.CLOSED, JobState.ENDED)
                .go(JobState.RUNNING, JobEvent.LEASE_OVER, JobState.ENDED)
                .rest(JobState.ENDED, event -> new Outcome.Ignore<>(FINAL))
                .build();
    }

    private static TransitionTable<PlacementGroupState, PlacementGroupEvent> placementGroup() {
        return TransitionTable.named("placement group", PlacementGroupState.PENDING, PlacementGroupEvent.class)
                .go(PlacementGroupState.PENDING, PlacementGroupEvent.RESERVED, PlacementGroupState.READY)
                .go(PlacementGroupState.PENDING, PlacementGroupEvent.GROWN, PlacementGroupState.RESIZING)
                .go(PlacementGroupState.PENDING, PlacementGroupEvent.REMOVE_ASKED, PlacementGroupState.REMOVED)
                .refuse(PlacementGroupState.PENDING, PlacementGroupEvent.LOST, "nothing is reserved for it")
                .go(PlacementGroupState.READY, PlacementGroupEvent.GROWN, PlacementGroupState.RESIZING)
                .go(PlacementGroupState.READY, PlacementGroupEvent.LOST, PlacementGroupState.RESCHEDULING)
                .go(PlacementGroupState.READY, PlacementGroupEvent.REMOVE_ASKED, PlacementGroupState.REMOVED)
                .ignore(PlacementGroupState.READY, PlacementGroupEvent.RESERVED, "known")
                .go(PlacementGroupState.RESIZING, PlacementGroupEvent.RESERVED, PlacementGroupState.READY)
                .go(PlacementGroupState.RESIZING, PlacementGroupEvent.LOST, PlacementGroupState.RESCHEDULING)
                .go(PlacementGroupState.RESIZING, PlacementGroupEvent.REMOVE_ASKED, PlacementGroupState.REMOVED)
                .ignore(PlacementGroupState.RESIZING, PlacementGroupEvent.GROWN, "known")
                .go(PlacementGroupState.RESCHEDULING, PlacementGroupEvent.RESERVED, PlacementGroupState.READY)
                .go(PlacementGroupState.RESCHEDULING, PlacementGroupEvent.GROWN, PlacementGroupState.RESIZING)
                .go(PlacementGroupState.RESCHEDULING, PlacementGroupEvent.REMOVE_ASKED, PlacementGroupState.REMOVED)
                .ignore(PlacementGroupState.RESCHEDULING, PlacementGroupEvent.LOST, "known")
                .rest(PlacementGroupState.REMOVED, event -> new Outcome.Ignore<>(FINAL))
                .build();
    }

    private static TransitionTable<WorldState, WorldEvent> world() {
        return TransitionTable.named("world", WorldState.FORMING, WorldEvent.class)
                .go(WorldState.FORMING, WorldEvent.MEMBERS_READY, WorldState.READY)
                .go(WorldState.FORMING, WorldEvent.RETIRED, WorldState.CLOSED)
                .rest(WorldState.FORMING, event -> new Outcome.Go<>(WorldState.BROKEN))
                .go(WorldState.READY, WorldEvent.MEMBER_BROKE, WorldState.BROKEN)
                .go(WorldState.READY, WorldEvent.MEMBER_GONE, WorldState.BROKEN)
                .go(WorldState.READY, WorldEvent.RETIRED, WorldState.CLOSED)
                .ignore(WorldState.READY, WorldEvent.MEMBERS_READY, "known")
                .ignore(WorldState.READY, WorldEvent.DEADLINE_PASSED, "it formed in time")
                .ignore(WorldState.READY, WorldEvent.LEADER_CHANGED, "a new leader leaves what works alone")
                .rest(WorldState.BROKEN, event -> new Outcome.Ignore<>(FINAL))
                .rest(WorldState.CLOSED, event -> new Outcome.Ignore<>(FINAL))
                .build();
    }

    private static TransitionTable<ReplicaState, ReplicaEvent> replica() {
        return TransitionTable.named("replica", ReplicaState.STARTING, ReplicaEvent.class)
                .go(ReplicaState.STARTING, ReplicaEvent.ACTOR_ALIVE, ReplicaState.ATTACHING)
                .go(ReplicaState.STARTING, ReplicaEvent.DRAIN_ASKED, ReplicaState.DRAINING)
                .ignore(ReplicaState.STARTING, ReplicaEvent.ACTOR_DOWN, "known")
                .ignore(ReplicaState.STARTING, ReplicaEvent.DETACHED, "it has no edges yet")
                .rest(ReplicaState.STARTING, event -> new Outcome.Refuse<>("its actor is not ALIVE"))
                .go(ReplicaState.ATTACHING, ReplicaEvent.ATTACHED, ReplicaState.SERVING)
                .go(ReplicaState.ATTACHING, ReplicaEvent.ACTOR_DOWN, ReplicaState.STARTING)
                .go(ReplicaState.ATTACHING, ReplicaEvent.DRAIN_ASKED, ReplicaState.DRAINING)
                .ignore(ReplicaState.ATTACHING, ReplicaEvent.ACTOR_ALIVE, "known")
                .ignore(ReplicaState.ATTACHING, ReplicaEvent.DETACHED, "known")
                .refuse(ReplicaState.ATTACHING, ReplicaEvent.STOPPED, "it is wanted")
                .go(ReplicaState.SERVING, ReplicaEvent.DETACHED, ReplicaState.ATTACHING)
                .go(ReplicaState.SERVING, ReplicaEvent.ACTOR_DOWN, ReplicaState.STARTING)
                .go(ReplicaState.SERVING, ReplicaEvent.DRAIN_ASKED, ReplicaState.DRAINING)
                .ignore(ReplicaState.SERVING, ReplicaEvent.ACTOR_ALIVE, "known")
                .ignore(ReplicaState.SERVING, ReplicaEvent.ATTACHED, "known")
                .refuse(ReplicaState.SERVING, ReplicaEvent.STOPPED, "it is wanted")
                .go(ReplicaState.DRAINING, ReplicaEvent.STOPPED, ReplicaState.GONE)
                .rest(ReplicaState.DRAINING, event -> new Outcome.Ignore<>("it is on its way out"))
                .rest(ReplicaState.GONE, event -> new Outcome.Ignore<>(FINAL))
                .build();
    }

    private static TransitionTable<PipelineState, PipelineEvent> pipeline() {
        var table = TransitionTable.named("pipeline", PipelineState.DEPLOYING, PipelineEvent.class)
                .go(PipelineState.DEPLOYING, PipelineEvent.SETTLED, PipelineState.RUNNING)
                .go(PipelineState.DEPLOYING, PipelineEvent.ACTOR_DEAD, PipelineState.FAILED)
                .ignore(PipelineState.DEPLOYING, PipelineEvent.SCALE_ASKED, "deploying goes on to the new number")
                .go(PipelineState.RUNNING, PipelineEvent.UNSETTLED, PipelineState.RECOVERING)
                .go(PipelineState.RUNNING, PipelineEvent.SCALE_ASKED, PipelineState.SCALING)
                .go(PipelineState.RUNNING, PipelineEvent.ACTOR_DEAD, PipelineState.DEGRADED)
                .go(PipelineState.SCALING, PipelineEvent.SETTLED, PipelineState.RUNNING)
                .go(PipelineState.SCALING, PipelineEvent.ACTOR_DEAD, PipelineState.DEGRADED)
                .go(PipelineState.RECOVERING, PipelineEvent.SETTLED, PipelineState.RUNNING)
                .go(PipelineState.RECOVERING, PipelineEvent.SCALE_ASKED, PipelineState.SCALING)
                .go(PipelineState.RECOVERING, PipelineEvent.ACTOR_DEAD, PipelineState.DEGRADED)
                .go(PipelineState.DEGRADED, PipelineEvent.SETTLED, PipelineState.RUNNING)
                .ignore(PipelineState.DEGRADED, PipelineEvent.SCALE_ASKED, "it stays degraded until it is settled");
        for (PipelineState wanted : List.of(
                PipelineState.DEPLOYING,
                PipelineState.RUNNING,
                PipelineState.SCALING,
                PipelineState.RECOVERING,
                PipelineState.DEGRADED)) {
            table.go(wanted, PipelineEvent.UNDEPLOY_ASKED, PipelineState.STOPPING)
                    .refuse(wanted, PipelineEvent.EMPTIED, "it is wanted")
                    .rest(wanted, event -> new Outcome.Ignore<>("known"));
        }
        return table.go(PipelineState.STOPPING, PipelineEvent.EMPTIED, PipelineState.STOPPED)
                .refuse(PipelineState.STOPPING, PipelineEvent.SCALE_ASKED, "it is being undeployed")
                .rest(PipelineState.STOPPING, event -> new Outcome.Ignore<>("it is being undeployed"))
                .rest(PipelineState.STOPPED, event -> new Outcome.Ignore<>(FINAL))
                .go(PipelineState.FAILED, PipelineEvent.UNDEPLOY_ASKED, PipelineState.STOPPING)
                .refuse(PipelineState.FAILED, PipelineEvent.SCALE_ASKED, "undeploy it and deploy it anew")
                .rest(PipelineState.FAILED, event -> new Outcome.Ignore<>("it stays failed"))
                .build();
    }
}
