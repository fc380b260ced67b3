package dev.orrery.nccl.shared;

import java.nio.file.Path;

/**
 * What the side that made the rings tells the other.
 *
 * @param token what the other side has to bring to the bell
 */
public record Invitation(Path ring, Path bell, RingGeometry geometry, Token token) {}
