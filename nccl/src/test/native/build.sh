#!/bin/sh
# Builds the emulated libcuda, libcudart and libnccl, and violate, into a directory.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTDIR" >&2
    exit 2
fi
if ! command -v gcc >/dev/null; then
    echo "there is no gcc: CUDA and NCCL are not emulated, and tests with NCCL are skipped"
    exit 0
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"

flags="-std=gnu11 -O2 -g -Wall -Wextra -Werror -Wmissing-prototypes -pthread -fPIC ${ORRERY_EMULATION_CFLAGS:-}"

# library NAME MAP FILE...: they find each other beside themselves.
library() {
    name=$1 map=$2
    shift 2
    gcc $flags -shared -Wl,-soname,"$name" -Wl,--version-script="$map" -Wl,-rpath,'$ORIGIN' -o "$out/$name" "$@" -lm
}

library libcudart.so.13 cudart.map devices.c memory.c streams.c events.c copies.c errors.c support.c faults.c rules.c
library libcuda.so.1 cuda.map driver.c "$out/libcudart.so.13"
library libnccl.so.2 nccl.map communicator.c information.c rendezvous.c bootstrap.c sockets.c operations.c group.c \
    exchange.c collectives.c reduce.c "$out/libcudart.so.13"
# A host with CUDA 12, of which nothing is called.
mkdir -p "$out/cuda-12"
for name in libcuda.so.1 libcudart.so.12; do
    gcc -shared -Wl,-soname,"$name" -o "$out/cuda-12/$name" -x c /dev/null
done
if [ -f violate.c ]; then
    gcc $flags -Wl,-rpath,'$ORIGIN' -o "$out/violate" violate*.c -lm \
        "$out/libnccl.so.2" "$out/libcuda.so.1" "$out/libcudart.so.13"
fi
