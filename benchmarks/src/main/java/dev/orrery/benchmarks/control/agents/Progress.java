package dev.orrery.benchmarks.control.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What all nodes that were not lost are at.
 *
 * @param lowestEpoch of the desired sets that they work towards; 0 while one has none
 */
public record Progress(int nodes, long lowestEpoch, long highestEpoch, int openWorkers, int worldEnds, int launches) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Progress none() {
        return new Progress(0, Long.MAX_VALUE, 0, 0, 0, 0);
    }

    Progress and(NodeProgress node) {
        return new Progress(
                nodes + 1,
                Math.min(lowestEpoch, node.epoch()),
                Math.max(highestEpoch, node.epoch()),
                openWorkers + node.openWorkers(),
                worldEnds + node.worldEnds(),
                launches + node.launches());
    }

    String toLine() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written: " + this, e);
        }
    }

    public static Progress ofLine(String line) throws JsonProcessingException {
        return MAPPER.readValue(line, Progress.class);
    }
}
