package dev.orrery.examples.model;

/**
 * Which of the protocol's guards are in place; without one the explorer has to find what it is there for.
 *
 * @param storeChecksEpoch every write of a leader is made on condition that the epoch is still its own
 * @param agentsRefuseOldEpochs an agent follows no set of an epoch before the one that it follows
 * @param workersCheckLife a worker takes only calls that name its own life
 */
public record Guards(boolean storeChecksEpoch, boolean agentsRefuseOldEpochs, boolean workersCheckLife) {
    public static final Guards ALL = new Guards(true, true, true);

    public Guards withoutStoreCheck() {
        return new Guards(false, agentsRefuseOldEpochs, workersCheckLife);
    }

    public Guards withoutAgentCheck() {
        return new Guards(storeChecksEpoch, false, workersCheckLife);
    }

    public Guards withoutLifeCheck() {
        return new Guards(storeChecksEpoch, agentsRefuseOldEpochs, false);
    }
}
