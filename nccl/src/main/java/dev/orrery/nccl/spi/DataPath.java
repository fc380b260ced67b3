package dev.orrery.nccl.spi;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.proto.WorldNote;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;

/** What carries the tensors of one world. No method blocks. */
public interface DataPath {
    Communicator communicator();

    /** For people: what a member that is connected does not do yet; empty while it is not known. */
    String missing(int rank);

    /** What carries the messages to and from that member. Throws INVALID_ARGUMENT for none, UNAVAILABLE for not yet. */
    Transport transport(int peer);

    /** All members are reached and linked. When it can carry operations, it tells {@link DataPathEvents#formed()}. */
    void agree();

    /** What a member said by {@link DataPathEvents#tell}. */
    void heard(int rank, WorldNote note);

    /** Looks for operations past their deadline. Called regularly. */
    void tick();

    /**
     * Takes no new sends, delivers what was sent, and tells peers that the end is in good order. Tells {@link
     * DataPathEvents#released()} when all is done; the caller bounds that with {@link #cut} and {@link #abort}.
     *
     * @param why what the operations fail with
     * @param keepArrived whether what members sent before their own end can still be received; otherwise receives fail
     */
    void end(OrreryException why, boolean keepArrived);

    /** Gives up what is not yet delivered of an {@link #end}, but still tells peers. */
    void cut();

    /** Releases everything at once. Operations fail with {@code why} as soon as nothing uses their memory. */
    void abort(OrreryException why);
}
