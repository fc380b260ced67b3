#!/bin/sh
# Tests and measures worlds of NCCL on the GPUs of this host; --help tells the options. Needs no Java: it is in here.
# Needs Linux on x86-64 with glibc 2.34, libstdc++ and zlib, NVIDIA's driver, CUDA 13's runtime and NCCL.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
exec "$here/runtime/bin/java" -XX:+UseSerialGC "-Dlogback.configurationFile=$here/conf/logback.xml" \
    -cp "$here/lib/*" dev.orrery.benchmarks.gpu.GpuCheckMain "$@"
