package dev.orrery.examples.embed;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Utils;
import ai.onnxruntime.OrtEnvironment;
import com.google.gson.Gson;
import com.google.protobuf.MessageLite;
import dev.orrery.Pipeline;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Text to sentence embedding, with the encoder cut in two. */
public final class EmbedPipeline {
    public static final String NAME = "embed";
    public static final String FRONT = "encode-front";
    public static final String BACK = "encode-back";
    public static final List<String> STAGES = List.of("tokenize", FRONT, BACK, "pool");

    private static final double CPUS = 0.25;
    private static final int MOST_REPLICAS = 8;

    private EmbedPipeline() {}

    /** The encoder on CPUs. */
    public static Pipeline define() {
        return define(0);
    }

    /** @param gpus for each replica of the encoder's halves, which then hand over from GPU to GPU */
    public static Pipeline define(int gpus) {
        Pipeline.Builder pipeline = Pipeline.named(NAME)
                .stage("tokenize", TokenizeStage::new, s -> s.cpus(CPUS).replicas(1, MOST_REPLICAS))
                .stage(FRONT, () -> new EncodeStage(EncodeStage.Half.FRONT), s -> s.cpus(CPUS)
                        .gpus(gpus)
                        .replicas(1, MOST_REPLICAS))
                .stage(BACK, () -> new EncodeStage(EncodeStage.Half.BACK), s -> s.cpus(CPUS)
                        .gpus(gpus)
                        .replicas(2, MOST_REPLICAS))
                .stage("pool", PoolStage::new, s -> s.cpus(CPUS).replicas(1, MOST_REPLICAS));
        for (Class<?> used :
                List.of(OrtEnvironment.class, HuggingFaceTokenizer.class, Utils.class, Gson.class, MessageLite.class)) {
            pipeline.artifact(jarOf(used.getProtectionDomain().getCodeSource().getLocation()));
        }
        return pipeline.artifact(jarOf(MiniLm.location())).build();
    }

    private static Path jarOf(URL location) {
        try {
            Path jar = Path.of(location.toURI());
            if (!Files.isRegularFile(jar)) {
                throw new IllegalStateException(jar + " is not a jar");
            }
            return jar;
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a file: " + location, e);
        }
    }
}
