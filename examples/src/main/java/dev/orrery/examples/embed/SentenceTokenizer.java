package dev.orrery.examples.embed;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/** Text to the encoder's three inputs, each of shape [1, tokens]; what is beyond 512 tokens is cut off. */
final class SentenceTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    private SentenceTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static SentenceTokenizer open() throws IOException {
        keepAtHome();
        try (InputStream in = MiniLm.tokenizer()) {
            return new SentenceTokenizer(HuggingFaceTokenizer.newInstance(
                    in,
                    Map.of("maxLength", String.valueOf(MiniLm.MAX_TOKENS), "truncation", "true", "padding", "false")));
        }
    }

    /** Without these the library reports home and unpacks its native part into the home directory. */
    private static void keepAtHome() {
        String cache = Path.of(System.getProperty("java.io.tmpdir"), "djl").toString();
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty("DJL_CACHE_DIR", cache);
        System.setProperty("ENGINE_CACHE_DIR", cache);
    }

    Tensors tokenize(String text) {
        Encoding encoding = tokenizer.encode(text);
        long[] ids = encoding.getIds();
        return Tensors.builder()
                .put(MiniLm.INPUT_IDS, Tensor.ofLongs(ids, 1, ids.length))
                .put(MiniLm.ATTENTION_MASK, Tensor.ofLongs(encoding.getAttentionMask(), 1, ids.length))
                .put(MiniLm.TOKEN_TYPE_IDS, Tensor.ofLongs(encoding.getTypeIds(), 1, ids.length))
                .build();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
