package dev.orrery.internal.task;

import dev.orrery.internal.client.Completions;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.transfer.ObjectExchange;

/**
 * What values are made with out of what arrives.
 *
 * @param completions where nobody waits
 * @param exchange for what lies on other hosts
 */
record ObjectReading(ValueCodec codec, Completions completions, ObjectExchange exchange) {}
