package dev.orrery;

/** How the bundles of a placement group are laid out over the nodes. */
public enum PlacementStrategy {
    /** On few nodes, as far as there is room: each further bundle goes where others of the group are, if it fits there. */
    PACK,
    /** On many nodes, as far as there is room: each further bundle goes where the fewest others of the group are. */
    SPREAD,
    /** All on one node, or nowhere. */
    STRICT_PACK,
    /** Each on another node, or nowhere. */
    STRICT_SPREAD
}
