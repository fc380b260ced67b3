package dev.orrery.gateway.core;

/** The tensors of a request or of an answer, which the core carries about but never looks into. */
public interface Payload {
    long byteSize();
}
