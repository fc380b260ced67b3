package dev.orrery.benchmarks.report;

/** What stands beside what. */
public enum Contender {
    SHARED_MEMORY("shared memory"),
    BARE_RING("bare ring"),
    TCP("TCP"),
    BARE_SOCKETS("bare sockets"),
    GLOO("Gloo"),
    MULTIWORLD("MultiWorld"),
    BESIDE_IDLE("beside 7 idle worlds"),
    ALONE("alone"),
    FOUR_BUSY("four busy worlds in sum"),
    ONE_BUSY("one busy world"),
    MANAGED("managed"),
    UNMANAGED("unmanaged"),
    SUM("FP32 sum"),
    COPY("memcpy"),
    NCCL("NCCL"),
    HOST_COPIES("HOST with copies");

    private final String label;

    Contender(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }
}
