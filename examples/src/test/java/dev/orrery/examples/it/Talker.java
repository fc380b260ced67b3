package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Tensor;
import java.time.Duration;
import java.util.List;

/** A member of worlds that says and hears. */
public class Talker implements ContextAware {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private ActorContext context;

    public Talker() {}

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    public void say(String world, int peer, String text) {
        try (Tensor tensor = Tensor.ofStrings(text)) {
            context.world(world).communicator().send(peer, tensor).join();
        }
    }

    public String hear(String world, int peer) {
        try (Tensor tensor = context.world(world).communicator().receive(peer).join()) {
            return tensor.toStrings().get(0);
        }
    }

    /** What all members say, in the order of their ranks. */
    public List<Integer> gather(String world, int number) {
        try (Tensor own = Tensor.ofInts(new int[] {number}, 1)) {
            List<Tensor> all =
                    context.world(world).communicator().allGather(own).join();
            List<Integer> numbers = all.stream().map(each -> each.toInts()[0]).toList();
            all.forEach(Tensor::close);
            return numbers;
        }
    }

    public int rank(String world) {
        return context.world(world).rank();
    }

    public int awaitRank(String world) {
        return context.awaitWorld(world, PATIENCE).join().rank();
    }
}
