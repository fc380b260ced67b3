package dev.orrery.nccl.gpu;

import dev.orrery.nccl.proto.DeviceTransfer;
import dev.orrery.nccl.proto.DeviceTurn;

/** One operation of the devices of a world, the same for all that take part. */
sealed interface Turn {
    /** @param number of the offers from the one to the other */
    record Transfer(int from, int to, long number) implements Turn {
        static Transfer of(DeviceTransfer message) {
            return new Transfer(message.getFrom(), message.getTo(), message.getNumber());
        }

        DeviceTransfer toTransfer() {
            return DeviceTransfer.newBuilder()
                    .setFrom(from)
                    .setTo(to)
                    .setNumber(number)
                    .build();
        }

        @Override
        public boolean concerns(int rank) {
            return rank == from || rank == to;
        }

        @Override
        public DeviceTurn toMessage() {
            return DeviceTurn.newBuilder().setTransfer(toTransfer()).build();
        }
    }

    /** @param sequence its place among the world's collective operations */
    record Collective(long sequence) implements Turn {
        @Override
        public boolean concerns(int rank) {
            return true;
        }

        @Override
        public DeviceTurn toMessage() {
            return DeviceTurn.newBuilder().setCollective(sequence).build();
        }
    }

    boolean concerns(int rank);

    DeviceTurn toMessage();

    static Turn of(DeviceTurn message) {
        return message.hasTransfer() ? Transfer.of(message.getTransfer()) : new Collective(message.getCollective());
    }
}
