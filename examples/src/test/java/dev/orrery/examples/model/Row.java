package dev.orrery.examples.model;

import java.util.List;

/** Where each part of a cluster's state stands in its row of numbers. */
public record Row(Bounds bounds) {
    public static final int STORE = 0;
    public static final int LATE = 1;
    public static final int SPENT = 2;
    private static final int FIRST_HEAD = 3;
    private static final List<String> NODES = List.of("node-a", "node-b", "node-c");

    private static final int CRASH = 1;
    private static final int LOSS = 1 << 8;
    private static final int SILENCE = 1 << 16;
    private static final int BYTE = 0xFF;

    /** No fault is left. */
    public static final int ALL_SPENT = BYTE | BYTE << 8 | BYTE << 16;

    public int length() {
        return FIRST_HEAD + bounds.heads() + bounds.nodes() + bounds.heads() * bounds.nodes();
    }

    public static int head(int head) {
        return FIRST_HEAD + head;
    }

    public int node(int node) {
        return FIRST_HEAD + bounds.heads() + node;
    }

    public int link(int head, int node) {
        return FIRST_HEAD + bounds.heads() + bounds.nodes() + head * bounds.nodes() + node;
    }

    public static String headName(int head) {
        return "h" + (head + 1);
    }

    public static String nodeName(int node) {
        return NODES.get(node);
    }

    public static int nodeNamed(String name) {
        return NODES.indexOf(name);
    }

    public boolean mayCrash(int[] state) {
        return (state[SPENT] & BYTE) < bounds.crashes();
    }

    public boolean mayLose(int[] state) {
        return (state[SPENT] >> 8 & BYTE) < bounds.losses();
    }

    public boolean mayBeSilent(int[] state) {
        return (state[SPENT] >> 16 & BYTE) < bounds.silences();
    }

    /** How many crashes and losses there were. */
    public int faults(int[] state) {
        return (state[SPENT] & BYTE) + (state[SPENT] >> 8 & BYTE);
    }

    /** A copy with one crash less to come. */
    public static int[] crash(int[] state) {
        return spend(state, CRASH);
    }

    public static int[] lose(int[] state) {
        return spend(state, LOSS);
    }

    public static int[] beSilent(int[] state) {
        return spend(state, SILENCE);
    }

    private static int[] spend(int[] state, int what) {
        int[] after = state.clone();
        after[SPENT] += what;
        return after;
    }
}
