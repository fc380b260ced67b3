package dev.orrery.examples.demo;

import ai.onnxruntime.OrtException;
import dev.orrery.PipelineRef;
import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.embed.EmbedPipeline;
import dev.orrery.examples.embed.Sentences;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.WorldView;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One run of the demo, from starting a cluster to the report. */
public final class DemoRun {
    private static final Duration DEPLOY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(35);
    private static final Duration STATUS_TIMEOUT = Duration.ofSeconds(5);

    /** The load goes on so long after the last recovery. */
    private static final long TAIL_MILLIS = 3_000;

    private static final int WARM_UP_REQUESTS = 40;

    private final DemoOptions options;
    private final PrintStream out;

    public DemoRun(DemoOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** What was measured while the cluster ran. */
    private record Served(RequestLog log, List<DemoReport.Event> events, List<String> broken, GatewayStatus gateway) {}

    /** Returns whether all held. */
    public boolean run() throws IOException, OrtException, InterruptedException {
        List<String> sentences =
                options.input().isPresent() ? Sentences.of(options.input().get()) : Sentences.builtIn();
        Set<String> sharedMemoryBefore = SharedMemory.files();
        LocalClusterOptions.Builder wanted = LocalClusterOptions.builder().cpusPerNode(2);
        options.directory().ifPresent(wanted::directory);
        if (options.nccl()) {
            offerGpus(wanted);
        }
        out.println("Starting ZooKeeper, a head and two node agents...");
        LocalCluster cluster = LocalCluster.start(wanted.build());
        Served served;
        try (cluster) {
            served = serve(cluster, sentences);
        }
        List<String> leaked = new ArrayList<>(cluster.leaked());
        Set<String> sharedMemory = new HashSet<>(SharedMemory.files());
        sharedMemory.removeAll(sharedMemoryBefore);
        leaked.addAll(sharedMemory);
        DemoReport report = report(served, sentences, leaked);
        new Summary(out).print(report);
        if (options.report().isPresent()) {
            report.write(options.report().get());
        }
        return report.failures().isEmpty();
    }

    private Served serve(LocalCluster cluster, List<String> sentences) throws InterruptedException {
        out.println("Deploying pipeline embed: " + String.join(" -> ", EmbedPipeline.STAGES) + " ...");
        PipelineRef pipeline = cluster.client().deploy(EmbedPipeline.define(options.nccl() ? 1 : 0), DEPLOY_TIMEOUT);
        warmUp(pipeline, sentences);
        List<String> broken = new ArrayList<>();
        tellBackends(cluster, broken);
        RequestLog log = new RequestLog();
        OpenLoop load = new OpenLoop(pipeline, sentences, options.rate(), log);
        out.printf("Serving %.0f requests a second.%n", options.rate());
        load.start();
        try (load;
                LiveView view = view()) {
            Faults faults = new Faults(cluster, pipeline, System.nanoTime(), view::event);
            try (Progress progress = new Progress(log, cluster.observer(), view, DemoReport.LEAST_REQUESTS)) {
                progress.start();
                faults.play();
                TimeUnit.MILLISECONDS.sleep(TAIL_MILLIS);
                while (log.requests() < DemoReport.LEAST_REQUESTS) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                load.drain(DRAIN_TIMEOUT);
            }
            GatewayStatus gateway = cluster.observer().gateway(pipeline.name(), Long.MAX_VALUE, STATUS_TIMEOUT);
            tellBackends(cluster, broken);
            broken.addAll(faults.broken());
            return new Served(log, faults.events(), broken, gateway);
        }
    }

    /** Emulated ones are shared out between the nodes; those of this machine are the first node's. */
    private void offerGpus(LocalClusterOptions.Builder wanted) {
        if (options.emulation().isPresent()) {
            String libraries = options.emulation().get().toString();
            wanted.visibleGpus("node-a", "0,1,2,3")
                    .visibleGpus("node-b", "4,5,6,7")
                    .agent("gpu.cuda-lib", libraries)
                    .agent("gpu.nccl-lib", libraries);
        } else {
            wanted.discoverGpus(true);
        }
    }

    /** How many worlds there are of each backend. Where NCCL was asked for, there must be some. */
    private void tellBackends(LocalCluster cluster, List<String> broken) {
        if (!options.nccl()) {
            return;
        }
        List<Backend> ready = cluster.observer().cluster(STATUS_TIMEOUT).getWorldsList().stream()
                .filter(world -> world.getState().equals("READY"))
                .map(WorldView::getBackend)
                .toList();
        long overNccl =
                ready.stream().filter(backend -> backend == Backend.NCCL).count();
        out.printf(
                "Worlds: %d over %sNCCL, %d over HOST.%n",
                overNccl, options.emulation().isPresent() ? "emulated " : "", ready.size() - overNccl);
        if (overNccl == 0) {
            broken.add("no world is of NCCL");
        }
    }

    /** The first requests of a JVM are slow; they are answered before the clock runs. */
    private static void warmUp(PipelineRef pipeline, List<String> sentences) {
        for (int i = 0; i < WARM_UP_REQUESTS; i++) {
            try (Tensors text = Tensors.of("text", sentences.get(i % sentences.size()))) {
                pipeline.infer(text).join().close();
            }
        }
    }

    private LiveView view() {
        return options.plain() ? new PlainView(out) : new TerminalView(out, DemoReport.LEAST_REQUESTS);
    }

    private DemoReport report(Served served, List<String> sentences, List<String> leaked)
            throws IOException, OrtException {
        out.println("Checking every answer against the whole model in one process...");
        AnswerCheck check = AnswerCheck.against(sentences, served.log().entries());
        RequestLog log = served.log();
        long repeated = served.gateway().getAnswered() - log.answered() - WARM_UP_REQUESTS;
        double[] millis = log.allMillis();
        List<String> broken = new ArrayList<>(served.broken());
        Optional<Throwable> failure = log.firstFailure();
        failure.ifPresent(first -> broken.add("a request failed: " + first));
        return new DemoReport(
                log.requests(),
                log.answered(),
                log.requests() - log.answered(),
                log.answeredTwice() + (int) Math.max(0, repeated),
                check.wrong(),
                check.minCosine(),
                served.gateway().getReplayed(),
                served.events(),
                DemoReport.millis((long) (RequestLog.percentile(millis, 0.5) * 1e6)),
                DemoReport.millis((long) (RequestLog.percentile(millis, 0.99) * 1e6)),
                DemoReport.millis((long) (log.maxGapMillis() * 1e6)),
                leaked,
                broken);
    }
}
