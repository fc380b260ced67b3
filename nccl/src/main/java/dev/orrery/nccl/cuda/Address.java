package dev.orrery.nccl.cuda;

import org.bytedeco.javacpp.Pointer;

/** Memory that JavaCPP did not allocate and does not free. */
final class Address extends Pointer {
    Address(long value) {
        super((Pointer) null);
        address = value;
    }
}
