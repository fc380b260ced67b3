package dev.orrery.examples.embed;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.orrery.examples.onnx.ModelProto;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Runs one ONNX graph on the CPU with one thread. Not thread-safe. */
final class EncoderSession implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtSession session;

    private EncoderSession(OrtEnvironment environment, OrtSession session) {
        this.environment = environment;
        this.session = session;
    }

    static EncoderSession open(ModelProto model) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            return new EncoderSession(environment, environment.createSession(model.toByteArray(), options));
        }
    }

    /** Runs the graph on those of {@code tensors} that it has as inputs. */
    Tensors run(Tensors tensors) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                inputs.put(name, toOnnx(tensors.get(name)));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                Tensors.Builder outputs = Tensors.builder();
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs.put(output.getKey(), toTensor((OnnxTensor) output.getValue()));
                }
                return outputs.build();
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** A view: no bytes are copied. */
    private OnnxTensor toOnnx(Tensor tensor) throws OrtException {
        ByteBuffer bytes = tensor.buffer(0, Math.toIntExact(tensor.byteSize()));
        OnnxJavaType type =
                switch (tensor.dataType()) {
                    case FP32 -> OnnxJavaType.FLOAT;
                    case INT64 -> OnnxJavaType.INT64;
                    default -> throw new IllegalArgumentException("no input is of type " + tensor.dataType());
                };
        return OnnxTensor.createTensor(environment, bytes, tensor.shape(), type);
    }

    private static Tensor toTensor(OnnxTensor value) {
        TensorInfo info = value.getInfo();
        if (info.type != OnnxJavaType.FLOAT) {
            throw new IllegalStateException("an output is of type " + info.type + ", not FLOAT");
        }
        Tensor tensor = Tensor.allocate(DataType.FP32, info.getShape());
        tensor.buffer(0, Math.toIntExact(tensor.byteSize())).put(value.getByteBuffer());
        return tensor;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
