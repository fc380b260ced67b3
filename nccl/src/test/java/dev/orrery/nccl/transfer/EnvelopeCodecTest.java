package dev.orrery.nccl.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class EnvelopeCodecTest {
    static List<Envelope> envelopes() {
        TensorHeader header = new TensorHeader(DataType.FP32, List.of(2L, 3L), 24);
        TensorHeader most = new TensorHeader(DataType.INT8, Collections.nCopies(255, 1L), 1);
        Call call = new Call(7, CollectiveKind.BARRIER, Optional.empty(), 0, DataType.UINT8, 0, false);
        Call onDevice = new Call(
                1L << 40,
                CollectiveKind.REDUCE_SCATTER,
                Optional.of(ReduceOperation.AVG),
                3,
                DataType.BF16,
                1L << 33,
                true);
        return List.of(
                new Envelope.Sent(header),
                new Envelope.Sent(most),
                new Envelope.Offered(header, 0),
                new Envelope.Offered(most, Long.MAX_VALUE),
                new Envelope.Step(call, 0, 0),
                new Envelope.Step(onDevice, 4, 1000));
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void comeBackAsTheyWere(Envelope envelope) throws BadMessageException {
        long[] words = new long[EnvelopeCodec.MAX_WORDS];
        int count = EnvelopeCodec.encode(envelope, words);
        assertEquals(EnvelopeCodec.words(envelope), count);
        assertEquals(EnvelopeCodec.words(words[0]), count);
        assertEquals(envelope, EnvelopeCodec.decode(words));
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void unknownTypesAreRefused(Envelope envelope) {
        long[] words = new long[EnvelopeCodec.MAX_WORDS];
        EnvelopeCodec.encode(envelope, words);
        words[0] |= 0xffL << 32;
        assertThrows(BadMessageException.class, () -> EnvelopeCodec.decode(words));
    }
}
