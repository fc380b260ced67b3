/**
 * Leadership and the cluster's records in ZooKeeper. The only package that knows Curator and ZooKeeper.
 *
 * <p>Curator keeps the session and runs the latch. The records' reads and writes go to the ZooKeeper handle itself, because
 * Curator repeats an operation whose answer was lost, and does so even on another session.
 *
 * <p>Loggers for a quiet log: {@code org.apache.zookeeper} and {@code org.apache.curator} at ERROR; this package tells by
 * itself when ZooKeeper cannot be reached and when it is back.
 */
package dev.orrery.head.zookeeper;
