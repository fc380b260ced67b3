package dev.orrery.nccl.cuda;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.nccl.device.NativeCallException;
import dev.orrery.nccl.device.NativeGroup;
import dev.orrery.nccl.device.NativeStream;
import dev.orrery.nccl.device.NcclCalls;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.Optional;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclConfig_t;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.BytePointer;

/** NCCL. */
final class JavaCppNccl implements NcclCalls {
    /** What NCCL replaces by its default, as NCCL_CONFIG_UNDEF_INT. */
    private static final int UNDEFINED = Integer.MIN_VALUE;

    private final NcclVersion version;

    JavaCppNccl(NcclVersion version) {
        this.version = version;
    }

    private record Group(ncclComm pointer) implements NativeGroup {}

    private static ncclComm pointer(NativeGroup group) {
        return ((Group) group).pointer();
    }

    static NcclVersion loadedVersion() {
        int[] code = new int[1];
        int status = nccl.ncclGetVersion(code);
        if (status != nccl.ncclSuccess) {
            throw failure(status, "ncclGetVersion", "");
        }
        return new NcclVersion(code[0]);
    }

    @Override
    public NcclVersion version() {
        return version;
    }

    private static NativeCallException failure(int status, String call, String lastError) {
        String text = "%s failed: %s (%d)%s"
                .formatted(
                        call,
                        nccl.ncclGetErrorString(status).getString(),
                        status,
                        lastError.isBlank() ? "" : ", " + lastError.strip());
        return new NativeCallException("nccl", text, false);
    }

    /** What NCCL says of the last error, of any thread and communicator of this process. */
    private static String lastError() {
        BytePointer text = nccl.ncclGetLastError(null);
        return text == null || text.isNull() ? "" : text.getString();
    }

    private static void check(int status, String call) {
        if (status != nccl.ncclSuccess && status != nccl.ncclInProgress) {
            throw failure(status, call, lastError());
        }
    }

    @Override
    public byte[] newUniqueId() {
        try (ncclUniqueId id = new ncclUniqueId()) {
            check(nccl.ncclGetUniqueId(id), "ncclGetUniqueId");
            byte[] bytes = new byte[nccl.NCCL_UNIQUE_ID_BYTES];
            id.internal().get(bytes);
            return bytes;
        }
    }

    @Override
    public NativeGroup begin(byte[] uniqueId, int rank, int size) {
        ncclComm group = new ncclComm();
        try (ncclUniqueId id = new ncclUniqueId();
                ncclConfig_t config = config()) {
            id.internal().put(uniqueId);
            check(nccl.ncclCommInitRankConfig(group, size, id, rank, config), "ncclCommInitRankConfig");
        }
        return new Group(group);
    }

    /** Memory of C is not initialised, and the macro that does it in C is not there. */
    private static ncclConfig_t config() {
        ncclConfig_t config = new ncclConfig_t();
        config.size(config.sizeof());
        config.magic(nccl.NCCL_API_MAGIC);
        config.version(nccl.NCCL_VERSION_CODE);
        config.blocking(0);
        config.cgaClusterSize(UNDEFINED);
        config.minCTAs(UNDEFINED);
        config.maxCTAs(UNDEFINED);
        config.netName(null);
        config.splitShare(UNDEFINED);
        config.trafficClass(UNDEFINED);
        config.commName(null);
        config.collnetEnable(UNDEFINED);
        config.CTAPolicy(UNDEFINED);
        config.shrinkShare(UNDEFINED);
        config.nvlsCTAs(UNDEFINED);
        config.nChannelsPerNetPeer(UNDEFINED);
        config.nvlinkCentricSched(UNDEFINED);
        config.graphUsageMode(UNDEFINED);
        config.numRmaCtx(UNDEFINED);
        config.maxP2pPeers(UNDEFINED);
        config.graphStreamOrdering(UNDEFINED);
        return config;
    }

    @Override
    public boolean isSettled(NativeGroup group) {
        int[] state = new int[1];
        check(nccl.ncclCommGetAsyncError(pointer(group), state), "ncclCommGetAsyncError");
        if (state[0] == nccl.ncclInProgress) {
            return false;
        }
        check(state[0], "a group of NCCL");
        return true;
    }

    @Override
    public void groupStart() {
        check(nccl.ncclGroupStart(), "ncclGroupStart");
    }

    @Override
    public void groupEnd() {
        check(nccl.ncclGroupEnd(), "ncclGroupEnd");
    }

    @Override
    public void send(NativeGroup group, int peer, long address, long bytes, NativeStream stream) {
        check(
                nccl.ncclSend(
                        new Address(address), bytes, nccl.ncclUint8, peer, pointer(group), JavaCppCuda.pointer(stream)),
                "ncclSend");
    }

    @Override
    public void receive(NativeGroup group, int peer, long address, long bytes, NativeStream stream) {
        check(
                nccl.ncclRecv(
                        new Address(address), bytes, nccl.ncclUint8, peer, pointer(group), JavaCppCuda.pointer(stream)),
                "ncclRecv");
    }

    @Override
    public void broadcast(NativeGroup group, int root, long address, long bytes, NativeStream stream) {
        Address inPlace = new Address(address);
        check(
                nccl.ncclBroadcast(
                        inPlace, inPlace, bytes, nccl.ncclUint8, root, pointer(group), JavaCppCuda.pointer(stream)),
                "ncclBroadcast");
    }

    @Override
    public void allGather(NativeGroup group, long from, long to, long bytesEach, NativeStream stream) {
        check(
                nccl.ncclAllGather(
                        new Address(from),
                        new Address(to),
                        bytesEach,
                        nccl.ncclUint8,
                        pointer(group),
                        JavaCppCuda.pointer(stream)),
                "ncclAllGather");
    }

    /** BOOL is a byte that is 0 or not: its largest and smallest are its "or" and its "and". */
    @Override
    public Optional<Combination> combination(DataType type, ReduceOperation operation) {
        int ncclType =
                switch (type) {
                    case FP16 -> nccl.ncclFloat16;
                    case BF16 -> nccl.ncclBfloat16;
                    case FP32 -> nccl.ncclFloat32;
                    case FP64 -> nccl.ncclFloat64;
                    case INT8 -> nccl.ncclInt8;
                    case INT32 -> nccl.ncclInt32;
                    case INT64 -> nccl.ncclInt64;
                    case UINT8, BOOL -> nccl.ncclUint8;
                    case INT16, BYTES -> -1;
                };
        boolean isBool = type == DataType.BOOL;
        int ncclOperation =
                switch (operation) {
                    case SUM -> isBool ? nccl.ncclMax : nccl.ncclSum;
                    case PRODUCT -> isBool ? nccl.ncclMin : nccl.ncclProd;
                    case MIN -> nccl.ncclMin;
                    case MAX -> nccl.ncclMax;
                    case AVG -> isBool ? -1 : nccl.ncclAvg;
                };
        return ncclType < 0 || ncclOperation < 0
                ? Optional.empty()
                : Optional.of(new Combination(ncclType, ncclOperation, type.size()));
    }

    @Override
    public void reduce(NativeGroup group, int root, Reduction reduction, NativeStream stream) {
        check(
                nccl.ncclReduce(
                        new Address(reduction.from()),
                        new Address(reduction.to()),
                        reduction.elements(),
                        reduction.combination().type(),
                        reduction.combination().operation(),
                        root,
                        pointer(group),
                        JavaCppCuda.pointer(stream)),
                "ncclReduce");
    }

    @Override
    public void allReduce(NativeGroup group, Reduction reduction, NativeStream stream) {
        check(
                nccl.ncclAllReduce(
                        new Address(reduction.from()),
                        new Address(reduction.to()),
                        reduction.elements(),
                        reduction.combination().type(),
                        reduction.combination().operation(),
                        pointer(group),
                        JavaCppCuda.pointer(stream)),
                "ncclAllReduce");
    }

    @Override
    public void reduceScatter(NativeGroup group, Reduction reduction, NativeStream stream) {
        check(
                nccl.ncclReduceScatter(
                        new Address(reduction.from()),
                        new Address(reduction.to()),
                        reduction.elements(),
                        reduction.combination().type(),
                        reduction.combination().operation(),
                        pointer(group),
                        JavaCppCuda.pointer(stream)),
                "ncclReduceScatter");
    }

    @Override
    public void finish(NativeGroup group) {
        check(nccl.ncclCommFinalize(pointer(group)), "ncclCommFinalize");
    }

    @Override
    public void destroy(NativeGroup group) {
        check(nccl.ncclCommDestroy(pointer(group)), "ncclCommDestroy");
    }

    @Override
    public void abort(NativeGroup group) {
        check(nccl.ncclCommAbort(pointer(group)), "ncclCommAbort");
    }
}
