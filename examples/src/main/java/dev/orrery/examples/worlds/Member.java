package dev.orrery.examples.worlds;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.JoinedWorld;
import java.util.ArrayList;
import java.util.List;

/** What the members of all examples have in common: they know their context, and numbers in tensors. */
public abstract class Member implements ContextAware {
    private ActorContext context;

    @Override
    public final void onStart(ActorContext given) {
        context = given;
    }

    /** The newest world of that name; throws BROKEN_WORLD when it broke. */
    final JoinedWorld world(String name) {
        return context.world(name);
    }

    static Tensor tensor(float... values) {
        return Tensor.ofFloats(values, values.length);
    }

    /** Takes the numbers out of a tensor that is ours, and closes it. */
    static float[] take(Tensor tensor) {
        try (tensor) {
            return tensor.toFloats();
        }
    }

    /** The numbers of all of them, one after the other. */
    static float[] takeAll(List<Tensor> tensors) {
        List<Float> all = new ArrayList<>();
        for (Tensor tensor : tensors) {
            for (float value : take(tensor)) {
                all.add(value);
            }
        }
        float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    static void closeAll(List<Tensor> tensors) {
        tensors.forEach(Tensor::close);
    }
}
