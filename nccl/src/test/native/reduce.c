/* Arithmetic. Every rank folds the inputs in the order of the ranks, so all get the same bits. */
#include "operations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 };

size_t emulated_type_size(int type) {
    static const size_t sizes[NCCL_TYPES] = {1, 1, 4, 4, 8, 8, 2, 4, 8, 2};
    return type < 0 || type >= NCCL_TYPES ? 0 : sizes[type];
}

static float from_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

/* Rounds to the nearest, ties to even. */
static uint16_t to_bfloat16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value)) {
        return (uint16_t)(bits >> 16 | 0x40);
    }
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static float from_float16(uint16_t bits) {
    _Float16 value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

static uint16_t to_float16(float value) {
    _Float16 half = (_Float16)value;
    uint16_t bits;
    memcpy(&bits, &half, sizeof bits);
    return bits;
}

#define SAME(x) (x)
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define SMALLER(a, b) ((a) < (b) ? (a) : (b))

/*
 * One function for each type: STORED in memory, FOLDED in arithmetic (unsigned for integers, so that they wrap),
 * COMPARED for maximum and minimum, DIVIDED for the average.
 */
#define DEFINE_FOLD(name, STORED, FOLDED, COMPARED, LOAD, STORE, MAXIMUM, MINIMUM)                                    \
    static void name(char *to, const char *const *inputs, int ranks, size_t count, int op) {                          \
        FOLDED folded[BLOCK];                                                                                         \
        for (size_t i = 0; i < count; i++) {                                                                          \
            folded[i] = (FOLDED)LOAD(((const STORED *)(const void *)inputs[0])[i]);                                   \
        }                                                                                                             \
        for (int rank = 1; rank < ranks; rank++) {                                                                    \
            const STORED *input = (const STORED *)(const void *)inputs[rank];                                         \
            for (size_t i = 0; i < count; i++) {                                                                      \
                FOLDED value = (FOLDED)LOAD(input[i]);                                                                \
                COMPARED a = (COMPARED)folded[i];                                                                     \
                COMPARED b = (COMPARED)value;                                                                         \
                folded[i] = op == NCCL_PROD  ? (FOLDED)(folded[i] * value)                                            \
                          : op == NCCL_MAX   ? (FOLDED)MAXIMUM(a, b)                                                  \
                          : op == NCCL_MIN   ? (FOLDED)MINIMUM(a, b)                                                  \
                                             : (FOLDED)(folded[i] + value);                                           \
            }                                                                                                         \
        }                                                                                                             \
        for (size_t i = 0; i < count; i++) {                                                                          \
            FOLDED value = op == NCCL_AVG ? (FOLDED)((COMPARED)folded[i] / (COMPARED)ranks) : folded[i];              \
            ((STORED *)(void *)to)[i] = (STORED)STORE(value);                                                         \
        }                                                                                                             \
    }

DEFINE_FOLD(fold_int8, int8_t, uint8_t, int8_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_uint8, uint8_t, uint8_t, uint8_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_int32, int32_t, uint32_t, int32_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_uint32, uint32_t, uint32_t, uint32_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_int64, int64_t, uint64_t, int64_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_uint64, uint64_t, uint64_t, uint64_t, SAME, SAME, LARGER, SMALLER)
DEFINE_FOLD(fold_float16, uint16_t, float, float, from_float16, to_float16, fmaxf, fminf)
DEFINE_FOLD(fold_bfloat16, uint16_t, float, float, from_bfloat16, to_bfloat16, fmaxf, fminf)
DEFINE_FOLD(fold_float32, float, float, float, SAME, SAME, fmaxf, fminf)
DEFINE_FOLD(fold_float64, double, double, double, SAME, SAME, fmax, fmin)

typedef void (*fold)(char *, const char *const *, int, size_t, int);

static const fold folds[NCCL_TYPES] = {fold_int8,    fold_uint8,   fold_int32,   fold_uint32,  fold_int64,
                                       fold_uint64,  fold_float16, fold_float32, fold_float64, fold_bfloat16};

void emulated_reduce(char *to, const char *const *inputs, int ranks, size_t count, int type, int op) {
    size_t size = emulated_type_size(type);
    const char *at[MAX_RANKS];
    for (size_t done = 0; done < count; done += BLOCK) {
        size_t block = count - done < BLOCK ? count - done : BLOCK;
        for (int rank = 0; rank < ranks; rank++) {
            at[rank] = inputs[rank] + done * size;
        }
        folds[type](to + done * size, at, ranks, block, op);
    }
}
