package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;

/** A member of worlds of GPUs. */
public class GpuMember implements ContextAware {
    private ActorContext context;

    public GpuMember() {}

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** What all members give together; the sum comes from the GPU without a copy by the actor. */
    public Tensor sum(String world, float given) {
        Device gpu = context.devices().get(0);
        try (Tensor value = Tensor.ofFloats(new float[] {given}, 1);
                Tensor onGpu = gpu.copyOf(value)) {
            return context.world(world)
                    .communicator()
                    .allReduce(onGpu, ReduceOperation.SUM)
                    .join();
        }
    }

    /** How many GPUs it has. */
    public int devices() {
        return context.devices().size();
    }
}
