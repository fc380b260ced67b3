package dev.orrery.examples.demo;

import ai.onnxruntime.OrtException;
import dev.orrery.examples.embed.WholeModel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pipeline's answers beside the whole model's. */
record AnswerCheck(int wrong, double minCosine) {
    static final double LEAST_COSINE = 0.9999;

    static AnswerCheck against(List<String> sentences, List<RequestLog.Entry> entries)
            throws IOException, OrtException {
        Map<Integer, float[]> expected = new HashMap<>();
        int wrong = 0;
        double lowest = 1;
        try (WholeModel model = WholeModel.open()) {
            for (RequestLog.Entry entry : entries) {
                if (entry.answer().isEmpty()) {
                    continue;
                }
                float[] reference = expected.get(entry.sentence());
                if (reference == null) {
                    reference = model.embed(sentences.get(entry.sentence()));
                    expected.put(entry.sentence(), reference);
                }
                double cosine = WholeModel.cosine(reference, entry.answer().get());
                lowest = Math.min(lowest, cosine);
                // Written so that NaN is wrong.
                wrong += cosine >= LEAST_COSINE ? 0 : 1;
            }
        }
        return new AnswerCheck(wrong, Math.round(lowest * 1e6) / 1e6);
    }
}
