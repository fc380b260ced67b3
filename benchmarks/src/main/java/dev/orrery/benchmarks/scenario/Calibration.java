package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.process.TeamFailedException;

/**
 * Finds out how many operations fill a run, by runs that grow; they warm up the code as well.
 *
 * @param least operations of a run
 * @param most operations of a run
 * @param warmupShare how many operations come before the measured ones, as a share of those
 * @param leastWarmup but at least so many
 * @param warmUps for how many times the plan's warm-up the side runs before it is measured
 */
record Calibration(long least, long most, double warmupShare, long leastWarmup, int warmUps) {
    private static final int MOST_TRIES = 200;
    private static final double NEAR = 0.5;

    /** Of messages with that many outstanding: all buffers are used, and no run of large ones takes long. */
    static Calibration oneWay(long bytes, int outstanding) {
        boolean large = bytes > 16 * RunPlan.MIB;
        long warmup = large ? Math.min(outstanding, 4) : outstanding;
        long least = large ? Math.max(6, outstanding - warmup) : 2L * outstanding + 4;
        return new Calibration(least, 2_000_000, 0.1, warmup, large ? 1 : 4);
    }

    static Calibration roundTrips() {
        return new Calibration(50, 200_000, 0.1, 20, 5);
    }

    static Calibration parkedRoundTrips() {
        return new Calibration(40, 40, 0.1, 4, 0);
    }

    static Calibration collective(long bytes) {
        return bytes > 16 * RunPlan.MIB ? new Calibration(3, 1_000, 0, 1, 1) : new Calibration(10, 50_000, 0.1, 2, 5);
    }

    Load load(Trial trial, RunPlan plan) throws TeamFailedException, InterruptedException {
        Load load = of(least);
        long spent = 0;
        for (int i = 0; i < MOST_TRIES; i++) {
            long nanos = Math.max(1, trial.work().run(load).nanos());
            long wanted = (long) (load.count() * ((double) plan.runTime().toNanos() / nanos));
            boolean enough = load.count() >= NEAR * wanted || load.count() == most;
            load = of(Math.min(most, Math.max(least, wanted)));
            spent += nanos;
            if (enough && spent >= warmUps * plan.warmUp().toNanos()) {
                break;
            }
        }
        return load;
    }

    private Load of(long count) {
        return new Load(Math.max(leastWarmup, (long) (count * warmupShare)), count);
    }
}
