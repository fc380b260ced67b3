package dev.orrery.agent;

import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingJars;
import dev.orrery.testing.TestingWorlds;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long real workers take to start, and how soon their deaths are seen. Prints what it measures. */
@Tag("full")
@Timeout(900)
class WorkerTimesIT extends AgentScenario {
    private static final int STARTS = Integer.getInteger("orrery.starts", 10);
    private static final int KILLS = Integer.getInteger("orrery.kills", 100);
    private static final int AT_ONCE = 5;
    private static final Duration COLD_BOUND = Duration.ofSeconds(2);
    private static final Duration WARM_BOUND = Duration.ofMillis(500);
    private static final Duration MEDIAN_DEATH = Duration.ofMillis(50);
    private static final Duration LONGEST_DEATH = Duration.ofMillis(200);
    /** Starting workers may take all of the processors. */
    private static final Duration FORMING = Duration.ofSeconds(30);

    private static final ActorLife TEST = life("test", 1);

    private String[] flags = {"--agent.warm-workers=0", "--agent.class-archive=false"};
    private String classPath = "";
    private int lives;

    @Override
    TestingAgent launchAgent() throws Exception {
        if (classPath.isEmpty()) {
            classPath = jars();
        }
        List<String> all = new ArrayList<>(List.of(flags));
        all.add("--agent.worker-class-path=" + classPath);
        return TestingAgent.startReal(root, address, all.toArray(String[]::new));
    }

    /** Archives hold classes of jars only. */
    private String jars() throws Exception {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                entries.add(TestingJars.pack(path, root.resolve("classes-" + entries.size() + ".jar"))
                        .toString());
            } else if (Files.exists(path)) {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private void restartAgent(String... fresh) throws Exception {
        agent.terminate();
        agent.awaitExit();
        flags = fresh;
        startAgent();
    }

    private DesiredWorker stage(ActorLife life) throws Exception {
        Path file = root.resolve("stage.jar");
        if (!Files.exists(file)) {
            TestingJars.pack(ScriptedStage.artifact(), file);
        }
        byte[] jar = Files.readAllBytes(file);
        head.artifact(jar);
        ArtifactRef ref = ArtifactRef.newBuilder()
                .setSha256(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(jar)))
                .setName("stage.jar")
                .setSize(jar.length)
                .build();
        return DesiredWorker.newBuilder()
                .setLife(life)
                .setLabel("times/stage")
                .setSpec(ActorSpec.newBuilder()
                        .setPipeline("times")
                        .addArtifacts(ref)
                        .setStage(StageSpec.newBuilder()
                                .setName("stage")
                                .setClassName(ScriptedStage.class.getName())
                                .setMaxInFlight(4)))
                .build();
    }

    private ActorLife nextLife() {
        lives++;
        return life("actor-" + lives, 1);
    }

    /** From the desired set to OPEN, as the leader sees it. */
    private List<Duration> starts(boolean warm) throws Exception {
        List<Duration> took = new ArrayList<>();
        // The first has the jar to fetch.
        for (int i = 0; i <= STARTS; i++) {
            DesiredWorker worker = stage(nextLife());
            if (warm) {
                head.await("a warm worker", report -> report.getWarmWorkers() == 1);
            }
            long begun = System.nanoTime();
            head.send(worker);
            WorkerReport open = head.await(worker.getLife(), WorkerState.OPEN);
            took.add(Duration.ofNanos(System.nanoTime() - begun));
            kill(open.getPid());
            head.await(worker.getLife(), WorkerState.EXITED);
            head.send();
            awaitGone(worker.getLife());
        }
        return took.subList(1, took.size());
    }

    private static Duration print(String what, List<Duration> took) {
        List<Long> millis = took.stream().map(Duration::toMillis).sorted().toList();
        long median = millis.get(millis.size() / 2);
        System.out.println("MEASURED " + what + ": median " + median + " ms, least " + millis.get(0) + " ms, most "
                + millis.get(millis.size() - 1) + " ms of " + millis.size());
        return Duration.ofMillis(median);
    }

    @Test
    void starts() throws Exception {
        print("cold start without an archive of classes", starts(false));
        restartAgent("--agent.warm-workers=0");
        awaitArchive();
        Duration cold = print("cold start with an archive of classes", starts(false));
        restartAgent("--agent.warm-workers=1");
        Duration warm = print("warm start", starts(true));
        assertTrue(cold.compareTo(COLD_BOUND) < 0, "cold starts took " + cold);
        assertTrue(warm.compareTo(WARM_BOUND) < 0, "warm starts took " + warm);
    }

    private void awaitArchive() throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (System.nanoTime() < end) {
            try (Stream<Path> files = Files.exists(root.resolve("node/class-archive"))
                    ? Files.list(root.resolve("node/class-archive"))
                    : Stream.empty()) {
                if (files.anyMatch(file -> file.toString().endsWith(".jsa"))) {
                    return;
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no archive of classes was made: " + agent.log());
    }

    @Test
    void deaths() throws Exception {
        Map<Long, CompletableFuture<Long>> broken = new ConcurrentHashMap<>();
        List<Duration> peers = new ArrayList<>();
        List<Duration> reports = new ArrayList<>();
        try (WorldManager worlds = WorldManagers.create(
                WorldOptions.builder().build(), SecretFile.read(root.resolve("secret")), (world, state, cause) -> {
                    if (state == WorldState.BROKEN) {
                        broken.get(world).complete(System.nanoTime());
                    }
                })) {
            worlds.start();
            while (reports.size() < KILLS) {
                List<WorkerReport> open = openWithWorlds(worlds, broken);
                for (WorkerReport worker : open) {
                    long world = worker.getWorlds(0).getWorld();
                    long killed = System.nanoTime();
                    kill(worker.getPid());
                    head.await(worker.getLife(), WorkerState.EXITED);
                    reports.add(Duration.ofNanos(System.nanoTime() - killed));
                    peers.add(Duration.ofNanos(broken.get(world).get(10, TimeUnit.SECONDS) - killed));
                }
                head.send();
                head.await("no workers", report -> report.getWorkersCount() == 0);
            }
        }
        Duration peer = print("death seen by a peer", peers);
        Duration report = print("death reported by the agent", reports);
        for (List<Duration> took : List.of(peers, reports)) {
            Duration most = took.stream().max(Duration::compareTo).orElseThrow();
            assertTrue(most.compareTo(LONGEST_DEATH) < 0, "most: " + most);
        }
        assertTrue(peer.compareTo(MEDIAN_DEATH) < 0 && report.compareTo(MEDIAN_DEATH) < 0);
    }

    /** Workers that each share a READY world with this test. */
    private List<WorkerReport> openWithWorlds(WorldManager worlds, Map<Long, CompletableFuture<Long>> broken)
            throws Exception {
        List<DesiredWorker> desired = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            desired.add(stage(nextLife()));
        }
        head.send(desired.toArray(DesiredWorker[]::new));
        List<CompletableFuture<?>> joining = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            DesiredWorker worker = desired.get(i);
            HostPort theirs =
                    HostPort.of(head.await(worker.getLife(), WorkerState.OPEN).getDataAddress());
            long id = lives * 100L + i;
            WorldSpec.Builder world = TestingWorlds.edge(id, TEST, worker.getLife()).toBuilder()
                    .setFormingTimeoutMillis(FORMING.toMillis());
            world.getMembersBuilder(0).setDataAddress(worlds.address().toMessage());
            world.getMembersBuilder(1).setDataAddress(theirs.toMessage());
            broken.put(id, new CompletableFuture<>());
            joining.add(worlds.join(world.build(), TEST));
            desired.set(i, worker.toBuilder().addWorlds(world).build());
        }
        head.send(desired.toArray(DesiredWorker[]::new));
        CompletableFuture.allOf(joining.toArray(CompletableFuture[]::new)).get(FORMING.toSeconds(), TimeUnit.SECONDS);
        List<WorkerReport> open = new ArrayList<>();
        for (DesiredWorker worker : desired) {
            head.await("a READY world", report -> TestingHead.find(report, worker.getLife())
                    .filter(own -> own.getWorldsCount() == 1 && own.getWorlds(0).getState() == WorldState.READY)
                    .isPresent());
            open.add(head.await(worker.getLife(), WorkerState.OPEN));
        }
        return open;
    }
}
