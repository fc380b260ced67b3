/* libcuda: as much of the driver as finding devices takes. */
#include "cuda_api.h"
#include "emulation.h"

#include <stdio.h>
#include <string.h>

enum { DRIVER_NOT_INITIALIZED = 3 };

static int initialized;

int cuInit(unsigned flags) {
    if (flags != 0) {
        return CUDA_INVALID_VALUE;
    }
    /* An old driver does start: only a newer runtime refuses it. */
    int failure = emulated_startup_error();
    if (failure == CUDA_NO_DEVICE) {
        return failure;
    }
    __atomic_store_n(&initialized, 1, __ATOMIC_RELEASE);
    return CUDA_OK;
}

int cuDriverGetVersion(int *version) {
    return cudaDriverGetVersion(version);
}

int cuDeviceGetCount(int *count) {
    *count = 0;
    if (!__atomic_load_n(&initialized, __ATOMIC_ACQUIRE)) {
        return DRIVER_NOT_INITIALIZED;
    }
    *count = emulated_visible_devices();
    return CUDA_OK;
}

static struct device *find(int index, int *failure) {
    struct device *device = emulated_visible_device(index);
    *failure = !__atomic_load_n(&initialized, __ATOMIC_ACQUIRE) ? DRIVER_NOT_INITIALIZED
             : device == NULL                                   ? CUDA_INVALID_DEVICE
                                                                : CUDA_OK;
    return device;
}

int cuDeviceGet(int *device, int index) {
    int failure;
    find(index, &failure);
    if (failure == CUDA_OK) {
        *device = index;
    }
    return failure;
}

int cuDeviceGetName(char *name, int bytes, int index) {
    int failure;
    find(index, &failure);
    if (failure == CUDA_OK) {
        snprintf(name, (size_t)bytes, "Emulated GPU");
    }
    return failure;
}

int cuDeviceGetUuid_v2(void *uuid, int index) {
    int failure;
    struct device *device = find(index, &failure);
    if (failure == CUDA_OK) {
        memcpy(uuid, device->uuid, sizeof device->uuid);
    }
    return failure;
}

int cuDeviceTotalMem_v2(size_t *bytes, int index) {
    int failure;
    struct device *device = find(index, &failure);
    if (failure == CUDA_OK) {
        *bytes = device->bytes;
    }
    return failure;
}
