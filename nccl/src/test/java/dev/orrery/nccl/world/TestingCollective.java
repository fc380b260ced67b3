package dev.orrery.nccl.world;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Every collective operation, between two members, large enough to be under way for some time. */
enum TestingCollective {
    BROADCAST {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.broadcast(0, large());
        }
    },
    REDUCE {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.reduce(0, large(), ReduceOperation.SUM);
        }
    },
    ALL_REDUCE {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.allReduce(large(), ReduceOperation.SUM);
        }
    },
    GATHER {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.gather(0, large());
        }
    },
    ALL_GATHER {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.allGather(large());
        }
    },
    SCATTER {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.scatter(0, rank == 0 ? List.of(large(), large()) : List.of(), large());
        }
    },
    REDUCE_SCATTER {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.reduceScatter(List.of(large(), large()), ReduceOperation.SUM);
        }
    },
    ALL_TO_ALL {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.allToAll(List.of(large(), large()));
        }
    },
    BARRIER {
        @Override
        CompletableFuture<?> start(Communicator communicator, int rank) {
            return communicator.barrier();
        }
    };

    private static final long ELEMENTS = 4 << 20;

    /** At one of two members. */
    abstract CompletableFuture<?> start(Communicator communicator, int rank);

    private static Tensor large() {
        return Tensor.allocate(DataType.FP32, ELEMENTS);
    }
}
