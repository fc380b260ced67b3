package dev.orrery.nccl.host;

import dev.orrery.error.Failure;

/** Why a connection to a member became no path to it. */
sealed interface NoPath {
    /** The member, or what lies between, closed it; perhaps the member's control link tells why. */
    record Closed(String why) implements NoPath {}

    record Failed(Failure cause) implements NoPath {}
}
