package dev.orrery.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.JobUsage;
import dev.orrery.internal.proto.JobView;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.ObjectUsage;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.TasksOfName;
import dev.orrery.internal.proto.WorldView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the command line shows of GPUs. */
class ListingsTest {
    private static Gpu gpu(int index, String uuid) {
        return Gpu.newBuilder()
                .setIndex(index)
                .setUuid(uuid)
                .setName("H100")
                .setMemoryBytes(80_000)
                .build();
    }

    private static Map<String, Object> node(NodeGpus gpus, Long... takenMilli) {
        return new NodesCommand()
                .rows(ClusterView.newBuilder()
                        .addNodes(NodeView.newBuilder()
                                .setTotal(Resources.newBuilder().setGpus(4))
                                .setUsed(Resources.newBuilder().setGpus(2).setMilliGpu(250))
                                .setGpus(gpus)
                                .addAllGpusTakenMilli(List.of(takenMilli)))
                        .build())
                .get(0)
                .all();
    }

    @Test
    void aNodeTellsWhyItCanLaunchNothing() {
        Map<String, Object> row = new NodesCommand()
                .rows(ClusterView.newBuilder()
                        .addNodes(NodeView.newBuilder().setCannotLaunch("no space left on /work, on host-1"))
                        .build())
                .get(0)
                .all();
        assertEquals("no space left on /work, on host-1", row.get("cannot_launch"));
    }

    @Test
    void tasksAndObjectsAreShownByTheirDrivers() {
        ClusterView view = ClusterView.newBuilder()
                .addJobs(JobView.newBuilder())
                .addJobs(JobView.newBuilder()
                        .setJob(Job.newBuilder().setId("job-1").setName("com.acme.Main"))
                        .setUsage(JobUsage.newBuilder()
                                .addTasks(TasksOfName.newBuilder()
                                        .setName("Adder.add")
                                        .setOpen(3)
                                        .setDone(4)
                                        .setFailed(1))
                                .setObjects(ObjectUsage.newBuilder()
                                        .setFiles(2)
                                        .setMemoryBytes(1_000)
                                        .setDiskBytes(500))))
                .build();
        Map<String, Object> tasks = new TasksCommand().rows(view).get(0).all();
        assertEquals("Adder.add", tasks.get("name"));
        assertEquals(3L, tasks.get("open"));
        assertEquals(4L, tasks.get("done"));
        assertEquals(1L, tasks.get("failed"));
        assertEquals("job-1", tasks.get("job"));
        Map<String, Object> objects = new ObjectsCommand().rows(view).get(0).all();
        assertEquals("com.acme.Main", objects.get("driver"));
        assertEquals(2L, objects.get("files"));
        assertEquals(1_000L, objects.get("memory_bytes"));
        assertEquals(500L, objects.get("disk_bytes"));
    }

    @Test
    void aNodesMemoryResourcesAndLabelsAreShown() {
        NodeView view = NodeView.newBuilder()
                .setTotal(Resources.newBuilder()
                        .setMemoryBytes(3L << 29)
                        .putMilliNamed("tpu", 4_000)
                        .putMilliNamed("license", 1_000))
                .setUsed(Resources.newBuilder()
                        .setMemoryBytes(1L << 29)
                        .putMilliNamed("tpu", 500)
                        .putMilliNamed("gone", 1_000))
                .putLabels("zone", "a")
                .putLabels("disk", "ssd")
                .build();
        Map<String, Object> row = new NodesCommand()
                .rows(ClusterView.newBuilder().addNodes(view).build())
                .get(0)
                .all();
        assertEquals(1.5, row.get("memory_gib"));
        assertEquals(0.5, row.get("memory_gib_used"));
        assertEquals(3L << 29, row.get("memory_bytes"));
        assertEquals(1L << 29, row.get("memory_bytes_used"));
        assertEquals("gone 1/0, license 0/1, tpu 0.5/4", row.get("resources"));
        assertEquals(
                List.of(
                        Map.of("name", "gone", "total", 0.0, "used", 1.0),
                        Map.of("name", "license", "total", 1.0, "used", 0.0),
                        Map.of("name", "tpu", "total", 4.0, "used", 0.5)),
                row.get("resource_amounts"));
        assertEquals("disk=ssd, zone=a", row.get("labels"));
        assertEquals(Map.of("disk", "ssd", "zone", "a"), row.get("label_values"));
    }

    @Test
    void aNodesGpusAreShownByKindAndInJsonOneByOne() {
        Map<String, Object> row = node(
                NodeGpus.newBuilder()
                        .addGpus(gpu(0, "GPU-a"))
                        .addGpus(gpu(1, "GPU-b"))
                        .setShare(2)
                        .setNcclVersion(23_007)
                        .build(),
                1_250L,
                1_000L);
        assertEquals(4, row.get("gpus"));
        assertEquals(2.25, row.get("gpus_used"));
        assertEquals("2 × H100", row.get("gpu_kind"));
        assertEquals("NCCL 2.30.7", row.get("nccl"));
        assertEquals(
                List.of(
                        Map.of(
                                "index",
                                0,
                                "uuid",
                                "GPU-a",
                                "name",
                                "H100",
                                "memory_bytes",
                                80_000L,
                                "share",
                                2,
                                "taken",
                                1.25),
                        Map.of(
                                "index",
                                1,
                                "uuid",
                                "GPU-b",
                                "name",
                                "H100",
                                "memory_bytes",
                                80_000L,
                                "share",
                                2,
                                "taken",
                                1L)),
                row.get("gpu_devices"));
    }

    @Test
    void whyNcclIsOffIsShown() {
        Map<String, Object> row = node(NodeGpus.newBuilder()
                .setNcclOff("no libcudart.so.13: cannot open shared object file")
                .build());
        assertEquals("NCCL off: no libcudart.so.13: cannot open shared object file", row.get("nccl"));
        assertEquals("", row.get("gpu_kind"));
        assertEquals(List.of(), row.get("gpu_devices"));
        assertEquals(
                "NCCL off: its agent does not tell why",
                node(NodeGpus.getDefaultInstance()).get("nccl"));
    }

    @Test
    void jobsAndWhatTheyOwnAreShown() {
        ClusterView view = ClusterView.newBuilder()
                .addActors(ActorView.newBuilder()
                        .setLife(ActorLife.newBuilder().setActor("1-1").setIncarnation(3))
                        .setRestarts(2)
                        .setNamespace("team-a")
                        .setJob("j1"))
                .addActors(ActorView.newBuilder().setJob("j1").setDetached(true))
                .addJobs(JobView.newBuilder()
                        .setJob(Job.newBuilder()
                                .setId("j1")
                                .setHost("h")
                                .setPid(7)
                                .setName("Main"))
                        .setState("RUNNING")
                        .setActors(1)
                        .setLeaseLeftMillis(20_000))
                .addJobs(JobView.newBuilder()
                        .setState("ENDED")
                        .setCause(Failure.newBuilder().setMessage("job j0 ended: its driver closed")))
                .build();
        Map<String, Object> owned = new ActorsCommand().rows(view).get(0).all();
        assertEquals(3L, owned.get("incarnation"));
        assertEquals(2, owned.get("restarts"));
        assertEquals("team-a", owned.get("namespace"));
        assertEquals("j1", owned.get("job"));
        assertEquals(false, owned.get("detached"));
        assertEquals(true, new ActorsCommand().rows(view).get(1).all().get("detached"));
        Map<String, Object> job = new JobsCommand().rows(view).get(0).all();
        assertEquals(
                List.of("j1", "RUNNING", "Main", "h", 7L, 1, 20_000L, ""),
                job.values().stream().toList());
        assertEquals(
                "job j0 ended: its driver closed",
                new JobsCommand().rows(view).get(1).all().get("cause"));
        Map<String, Object> status = new StatusCommand().rows(view).get(0).all();
        assertEquals("1/2", status.get("jobs_running"));
        assertEquals(1L, status.get("actors_restarted"));
    }

    @Test
    void aPlacementGroupTellsWhereItsBundlesAreAndWhySomeWait() {
        ClusterView view = ClusterView.newBuilder()
                .addPlacementGroups(PlacementGroupView.newBuilder()
                        .setGroup("7-3")
                        .setSpec(PlacementGroupSpec.newBuilder()
                                .setName("trainers")
                                .setStrategy(PlacementGroupSpec.Strategy.STRICT_SPREAD)
                                .setJob("j1"))
                        .setState("RESIZING")
                        .setReason("needs more")
                        .setNeverFits(true)
                        .addBundles(BundleView.newBuilder()
                                .setNumber(0)
                                .setNode("node-b")
                                .setNeed(PlacementBundle.newBuilder()
                                        .setResources(Resources.newBuilder()
                                                .setMilliCpus(1_500)
                                                .setGpus(1)))
                                .setUsed(Resources.newBuilder().setMilliCpus(500))
                                .setActors(1)
                                .addGpus("GPU-a"))
                        .addBundles(BundleView.newBuilder().setNumber(2)))
                .addPlacementGroups(PlacementGroupView.newBuilder()
                        .setState("REMOVED")
                        .setCause(Failure.newBuilder().setKind("removed").setMessage("a driver removed it")))
                .build();
        List<Listing.Row> rows = new PlacementGroupsCommand().rows(view);
        Map<String, Object> trainers = rows.get(0).all();
        assertEquals("trainers", trainers.get("name"));
        assertEquals("STRICT_SPREAD", trainers.get("strategy"));
        assertEquals("- 2, node-b 0", trainers.get("nodes"));
        assertEquals("needs more", trainers.get("why"));
        assertEquals(true, trainers.get("never_fits"));
        List<?> bundles = (List<?>) trainers.get("bundle_list");
        Map<?, ?> first = (Map<?, ?>) bundles.get(0);
        assertEquals(1.5, first.get("cpus"));
        assertEquals(0.5, first.get("cpus_used"));
        assertEquals(List.of("GPU-a"), first.get("gpu_devices"));
        assertEquals("removed: a driver removed it", rows.get(1).all().get("why"));
    }

    @Test
    void anActorsGpusAndAWorldsBackendAreShown() {
        ClusterView view = ClusterView.newBuilder()
                .addActors(ActorView.newBuilder().addGpus("GPU-a").addGpus("GPU-b"))
                .addActors(ActorView.newBuilder().addGpus("GPU-a").setMilliGpu(250))
                .addWorlds(WorldView.newBuilder().setBackend(Backend.HOST).setBackendReason("rank 0 (x) holds no GPU"))
                .build();
        assertEquals("GPU-a,GPU-b", new ActorsCommand().rows(view).get(0).all().get("gpus"));
        assertEquals(
                "0.25 of GPU-a", new ActorsCommand().rows(view).get(1).all().get("gpus"));
        Map<String, Object> world = new WorldsCommand().rows(view).get(0).all();
        assertEquals("HOST", world.get("backend"));
        assertEquals("rank 0 (x) holds no GPU", world.get("backend_reason"));
    }
}
