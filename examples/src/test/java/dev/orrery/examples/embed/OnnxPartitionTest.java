package dev.orrery.examples.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.examples.onnx.AttributeProto;
import dev.orrery.examples.onnx.GraphProto;
import dev.orrery.examples.onnx.ModelProto;
import dev.orrery.examples.onnx.NodeProto;
import dev.orrery.examples.onnx.TensorProto;
import dev.orrery.examples.onnx.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OnnxPartitionTest {
    @Test
    void cutsMiniLmBehindItsThirdLayer() {
        ModelProto model = MiniLm.model();

        OnnxPartition partition = OnnxPartition.cut(model, MiniLm.CUT);

        assertEquals(List.of(MiniLm.CUT, "/Mul_output_0"), partition.crossing());
        assertEquals(772, model.getGraph().getNodeCount());
        assertEquals(403, partition.front().getGraph().getNodeCount());
        assertEquals(772 - 403, partition.back().getGraph().getNodeCount());
        assertEquals(partition.crossing(), names(partition.front().getGraph().getOutputList()));
        assertEquals(partition.crossing(), names(partition.back().getGraph().getInputList()));
    }

    @Test
    void givesEachInitializerToTheSidesThatUseIt() {
        ModelProto model = MiniLm.model();

        OnnxPartition partition = OnnxPartition.cut(model, MiniLm.CUT);

        Set<String> all = initializers(model);
        Set<String> front = initializers(partition.front());
        Set<String> both = new HashSet<>(front);
        both.addAll(initializers(partition.back()));
        assertEquals(all, both);
        assertTrue(front.size() < all.size());
    }

    @Test
    void carriesWhatCrossesTheCutBesideIt() {
        ModelProto model = diamond();

        OnnxPartition partition = OnnxPartition.cut(model, "b");

        assertEquals(List.of("b", "a"), partition.crossing());
        assertEquals(List.of("x"), names(partition.front().getGraph().getInputList()));
    }

    @Test
    void refusesATensorThatNoNodeMakes() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> OnnxPartition.cut(diamond(), "nothing"));
        assertTrue(refused.getMessage().contains("nothing"), refused.getMessage());
    }

    @Test
    void refusesGraphsInsideNodes() {
        ModelProto.Builder model = diamond().toBuilder();
        model.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(AttributeProto.newBuilder().setG(GraphProto.getDefaultInstance()));
        assertThrows(IllegalArgumentException.class, () -> OnnxPartition.cut(model.build(), "b"));
    }

    /** x -> a -> b -> y, and a -> y. */
    private static ModelProto diamond() {
        return ModelProto.newBuilder()
                .setGraph(GraphProto.newBuilder()
                        .addInput(info("x"))
                        .addOutput(info("y"))
                        .addValueInfo(info("a"))
                        .addValueInfo(info("b"))
                        .addNode(node("a", "x"))
                        .addNode(node("b", "a"))
                        .addNode(node("y", "a", "b")))
                .build();
    }

    private static NodeProto node(String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName("make-" + output)
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }

    private static ValueInfoProto info(String name) {
        return ValueInfoProto.newBuilder().setName(name).build();
    }

    private static List<String> names(List<ValueInfoProto> infos) {
        return infos.stream().map(ValueInfoProto::getName).toList();
    }

    private static Set<String> initializers(ModelProto model) {
        Set<String> names = new HashSet<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            names.add(tensor.getName());
        }
        return names;
    }
}
