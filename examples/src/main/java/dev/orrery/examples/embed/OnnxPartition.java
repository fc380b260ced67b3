package dev.orrery.examples.embed;

import dev.orrery.examples.onnx.GraphProto;
import dev.orrery.examples.onnx.ModelProto;
import dev.orrery.examples.onnx.NodeProto;
import dev.orrery.examples.onnx.TensorProto;
import dev.orrery.examples.onnx.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model cut in two at a tensor: {@code front} computes the tensor and whatever else {@code back} needs of front's
 * nodes; {@code back} computes the model's outputs from those. This is how MultiWorld (arXiv 2407.08980) lays a model over
 * workers: by layer, with the activations travelling between them.
 *
 * @param crossing the tensors that travel from front to back, the cut first
 */
public record OnnxPartition(ModelProto front, ModelProto back, List<String> crossing) {

    /** Cuts {@code model} behind the node that makes {@code cut}. */
    public static OnnxPartition cut(ModelProto model, String cut) {
        GraphProto graph = model.getGraph();
        refuseSubgraphs(graph);
        Map<String, NodeProto> producers = producers(graph);
        if (!producers.containsKey(cut)) {
            throw new IllegalArgumentException("no node of graph " + graph.getName() + " makes tensor " + cut);
        }
        Set<NodeProto> front = ancestors(List.of(cut), producers, Set.of());
        List<String> outputs =
                graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
        Set<NodeProto> back = ancestors(outputs, producers, front);
        List<String> crossing = crossing(cut, back, outputs, front);
        return new OnnxPartition(
                withGraph(model, half(graph, "front", front, crossing)),
                withGraph(model, backHalf(graph, back, crossing)),
                crossing);
    }

    private static void refuseSubgraphs(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            if (node.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0)) {
                throw new IllegalArgumentException("node " + node.getName() + " (" + node.getOpType()
                        + ") holds a graph of its own, whose captured tensors a cut would not see");
            }
        }
    }

    private static Map<String, NodeProto> producers(GraphProto graph) {
        Map<String, NodeProto> producers = new HashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
        }
        return producers;
    }

    /** All nodes that {@code tensors} depend on, without going into {@code stop}. */
    private static Set<NodeProto> ancestors(
            List<String> tensors, Map<String, NodeProto> producers, Set<NodeProto> stop) {
        Set<NodeProto> found = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(tensors);
        while (!open.isEmpty()) {
            NodeProto node = producers.get(open.pop());
            if (node != null && !stop.contains(node) && found.add(node)) {
                open.addAll(node.getInputList());
            }
        }
        return found;
    }

    private static List<String> crossing(String cut, Set<NodeProto> back, List<String> outputs, Set<NodeProto> front) {
        Set<String> madeInFront = new HashSet<>();
        front.forEach(node -> madeInFront.addAll(node.getOutputList()));
        Set<String> crossing = new LinkedHashSet<>(List.of(cut));
        back.stream()
                .flatMap(node -> node.getInputList().stream())
                .filter(madeInFront::contains)
                .sorted()
                .forEach(crossing::add);
        outputs.stream().filter(madeInFront::contains).forEach(crossing::add);
        return List.copyOf(crossing);
    }

    private static GraphProto half(GraphProto graph, String name, Set<NodeProto> nodes, List<String> outputs) {
        Map<String, ValueInfoProto> types = new HashMap<>();
        graph.getValueInfoList().forEach(info -> types.put(info.getName(), info));
        graph.getOutputList().forEach(info -> types.put(info.getName(), info));
        GraphProto.Builder half = skeleton(graph, name, nodes);
        for (String output : outputs) {
            half.addOutput(types.getOrDefault(
                    output, ValueInfoProto.newBuilder().setName(output).build()));
        }
        return half.build();
    }

    private static GraphProto backHalf(GraphProto graph, Set<NodeProto> nodes, List<String> crossing) {
        GraphProto.Builder half = skeleton(graph, "back", nodes);
        half.addAllOutput(graph.getOutputList());
        Map<String, ValueInfoProto> types = new HashMap<>();
        graph.getValueInfoList().forEach(info -> types.put(info.getName(), info));
        for (String input : crossing) {
            ValueInfoProto type = types.get(input);
            if (type == null) {
                throw new IllegalArgumentException("the model says no type for tensor " + input
                        + ", which crosses the cut; run shape inference first");
            }
            half.addInput(type);
        }
        return half.build();
    }

    /** The graph with just {@code nodes}, in their order, and the initializers and inputs that they use. */
    private static GraphProto.Builder skeleton(GraphProto graph, String name, Set<NodeProto> nodes) {
        Set<String> used = new HashSet<>();
        nodes.forEach(node -> used.addAll(node.getInputList()));
        List<NodeProto> ordered = new ArrayList<>();
        for (NodeProto node : graph.getNodeList()) {
            if (nodes.contains(node)) {
                ordered.add(node);
            }
        }
        List<TensorProto> initializers = graph.getInitializerList().stream()
                .filter(tensor -> used.contains(tensor.getName()))
                .toList();
        List<ValueInfoProto> inputs = graph.getInputList().stream()
                .filter(input -> used.contains(input.getName()))
                .toList();
        return graph.toBuilder()
                .setName(graph.getName() + "-" + name)
                .clearNode()
                .addAllNode(ordered)
                .clearInitializer()
                .addAllInitializer(initializers)
                .clearInput()
                .addAllInput(inputs)
                .clearOutput()
                .clearValueInfo();
    }

    private static ModelProto withGraph(ModelProto model, GraphProto graph) {
        return model.toBuilder().setGraph(graph).build();
    }
}
