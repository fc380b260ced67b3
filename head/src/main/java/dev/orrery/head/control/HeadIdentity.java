package dev.orrery.head.control;

import dev.orrery.internal.rpc.HostPort;

/** This head: its name, and where drivers and agents reach it. */
public record HeadIdentity(String head, HostPort address) {}
