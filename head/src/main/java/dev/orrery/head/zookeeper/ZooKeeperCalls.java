package dev.orrery.head.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** ZooKeeper's calls as they are: sent once, on the session that there is. Tests lose answers here. */
interface ZooKeeperCalls {
    /** All operations write, or all read. The future never fails. */
    CompletableFuture<Answer> multi(List<Op> operations);

    /** What was written before, by anybody, is seen by what is read here after. The future never fails. */
    CompletableFuture<Code> sync(String path);

    /** Whether there is a connection, at the latest when {@code nanos} are over. */
    boolean awaitConnected(long nanos) throws InterruptedException;

    /** Waits before a lost call is made again. */
    void pause(Duration time) throws InterruptedException;

    /** For messages. */
    String address();

    /** @param results one for each operation; none when the answer was lost */
    record Answer(Code code, List<OpResult> results) {
        private static final Set<Code> LOST = Set.of(
                Code.CONNECTIONLOSS,
                Code.OPERATIONTIMEOUT,
                Code.REQUESTTIMEOUT,
                Code.SESSIONMOVED,
                Code.SESSIONEXPIRED);

        public Answer {
            results = List.copyOf(results);
        }

        static Answer lost(Code code) {
            return new Answer(code, List.of());
        }

        /** Nobody knows whether it was done. */
        static boolean isLost(Code code) {
            return LOST.contains(code);
        }

        boolean isLost() {
            return isLost(code);
        }

        boolean isOk() {
            return code == Code.OK;
        }

        /** The operation that all others failed with; -1 when it is not known. */
        int refusedIndex() {
            for (int i = 0; i < results.size(); i++) {
                if (errorAt(i) != Code.OK && errorAt(i) != Code.RUNTIMEINCONSISTENCY) {
                    return i;
                }
            }
            return -1;
        }

        Code errorAt(int index) {
            return results.get(index) instanceof OpResult.ErrorResult error ? Code.get(error.getErr()) : Code.OK;
        }
    }
}
