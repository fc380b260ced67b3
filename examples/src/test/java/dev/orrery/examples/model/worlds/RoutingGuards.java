package dev.orrery.examples.model.worlds;

/**
 * Which of the guards of worlds, routes and requests are in place; without one the explorer has to find what it is there for.
 *
 * @param lifeChecked who is dialled for a world takes part in it only if he knows it, with the same lives as members
 * @param tablesChecked a gateway follows no routing table after a later one
 * @param duplicatesDropped a gateway passes on only the first answer to a request
 */
record RoutingGuards(boolean lifeChecked, boolean tablesChecked, boolean duplicatesDropped) {
    static final RoutingGuards ALL = new RoutingGuards(true, true, true);

    RoutingGuards withoutLifeCheck() {
        return new RoutingGuards(false, tablesChecked, duplicatesDropped);
    }

    RoutingGuards withoutTableCheck() {
        return new RoutingGuards(lifeChecked, false, duplicatesDropped);
    }

    RoutingGuards withoutDuplicateCheck() {
        return new RoutingGuards(lifeChecked, tablesChecked, false);
    }
}
