package dev.orrery.examples.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.tensor.Tensors;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionedModelTest {
    private static final int SENTENCES = 100;

    @Test
    void theStagesInARowGiveWhatTheWholeModelGives() throws Exception {
        List<Stage> stages = List.of(
                new TokenizeStage(),
                new EncodeStage(EncodeStage.Half.FRONT),
                new EncodeStage(EncodeStage.Half.BACK),
                new PoolStage());
        try (WholeModel whole = WholeModel.open()) {
            for (Stage stage : stages) {
                stage.open(new TestingStageContext());
            }
            double lowest = 1;
            for (String sentence : Sentences.builtIn().subList(0, SENTENCES)) {
                double cosine = WholeModel.cosine(whole.embed(sentence), embed(stages, sentence));
                lowest = Math.min(lowest, cosine);
            }
            assertTrue(lowest >= 0.9999, "lowest cosine " + lowest);
            for (Stage stage : stages) {
                stage.close();
            }
        }
    }

    @Test
    void likeTextsAreNearAndUnlikeOnesAreNot() throws Exception {
        try (WholeModel whole = WholeModel.open()) {
            float[] king = whole.embed("The king gave his servants gold.");
            float[] ruler = whole.embed("The ruler handed his attendants treasure.");
            float[] rain = whole.embed("Tomorrow it will rain in the mountains.");
            assertTrue(WholeModel.cosine(king, ruler) > WholeModel.cosine(king, rain) + 0.2);
        }
    }

    @Test
    void hasEnoughDifferentSentences() throws Exception {
        List<String> sentences = Sentences.builtIn();
        assertEquals(sentences.size(), new HashSet<>(sentences).size());
        assertTrue(sentences.size() >= 400, "only " + sentences.size());
    }

    private static float[] embed(List<Stage> stages, String sentence) throws Exception {
        Tensors tensors = Tensors.of("text", sentence);
        for (Stage stage : stages) {
            tensors = stage.process(tensors);
        }
        return tensors.get("embedding").toFloats();
    }

    private record TestingStageContext(String pipeline, String stage, String replica, long incarnation, String node)
            implements StageContext {
        TestingStageContext() {
            this("embed", "stage", "stage-1", 1, "node");
        }
    }
}
