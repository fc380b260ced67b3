package dev.orrery.examples.model;

import java.util.List;
import org.apache.zookeeper.KeeperException.Code;

/** What a head hears from ZooKeeper. */
sealed interface StoreAnswer {
    /** All that it reads until it writes again is read at one moment. */
    record Reads(StoreState from) implements StoreAnswer {}

    record Written(List<Integer> versions) implements StoreAnswer {}

    record Refused(Code code, int index, int operations) implements StoreAnswer {}

    /** The connection broke meanwhile: it may be written by then, later, or never. */
    record Lost() implements StoreAnswer {}
}
