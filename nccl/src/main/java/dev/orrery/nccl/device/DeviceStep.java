package dev.orrery.nccl.device;

/** What a device does for one operation. */
@FunctionalInterface
public interface DeviceStep {
    /** On a thread of the world's, which must not wait. Throws {@link NativeCallException}; IllegalStateException for a tensor that was closed. */
    void post(GroupCalls calls);
}
