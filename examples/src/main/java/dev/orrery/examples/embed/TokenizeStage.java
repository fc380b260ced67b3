package dev.orrery.examples.embed;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.tensor.Tensors;
import java.io.IOException;

/** {@code text} (BYTES, one element) to the encoder's inputs. */
public final class TokenizeStage implements Stage {
    private SentenceTokenizer tokenizer;

    @Override
    public void open(StageContext context) throws IOException {
        tokenizer = SentenceTokenizer.open();
        // The first run of a native library is slow; no request should wait for it.
        tokenizer.tokenize("warm up").close();
    }

    @Override
    public Tensors process(Tensors inputs) {
        return tokenizer.tokenize(inputs.get("text").toStrings().get(0));
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
