/* Devices: what libcudart says of them, and how libcuda sees them. */
#include "cuda_api.h"
#include "emulation.h"
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DEVICES = 8, DRIVER_VERSION = 13030, OLD_DRIVER_VERSION = 12020 };

static const long DEFAULT_BYTES = 1L << 30;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct device devices[MAX_DEVICES];
static int device_count;
static int visible[MAX_DEVICES];
static int visible_count;
static int sticky[MAX_DEVICES];

static __thread int current;
static __thread int last_error;

static uint64_t mix(uint64_t value) {
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

static void describe(struct device *device, int index, const char *host) {
    uint64_t seed = 1;
    for (const char *c = host; *c != 0; c++) {
        seed = mix(seed ^ (unsigned char)*c);
    }
    uint64_t halves[2] = {mix(seed + 2 * (uint64_t)index), mix(seed + 2 * (uint64_t)index + 1)};
    memcpy(device->uuid, halves, sizeof device->uuid);
    device->index = index;
    device->bytes = (size_t)emulated_number("GPU_BYTES", index, DEFAULT_BYTES);
    int at = sprintf(device->uuid_text, "GPU-");
    for (int i = 0; i < 16; i++) {
        const char *dash = i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
        at += sprintf(device->uuid_text + at, "%s%02x", dash, device->uuid[i]);
    }
}

/* The device that an entry of CUDA_VISIBLE_DEVICES means, or NO_DEVICE: the number, or the only UUID that begins so. */
static int parse_visible(const char *entry) {
    if (strncmp(entry, "GPU-", 4) == 0) {
        int found = NO_DEVICE;
        for (int i = 0; i < device_count; i++) {
            if (strncmp(devices[i].uuid_text, entry, strlen(entry)) == 0) {
                if (found != NO_DEVICE) {
                    return NO_DEVICE;
                }
                found = i;
            }
        }
        return found;
    }
    char *end;
    long index = strtol(entry, &end, 10);
    return end != entry && *end == 0 && index >= 0 && index < device_count ? (int)index : NO_DEVICE;
}

/* As the driver: the first entry that means no device ends the list; a device listed twice leaves none. */
static void read_visible(const char *list) {
    char text[4096];
    snprintf(text, sizeof text, "%s", list);
    char *rest = text;
    for (char *entry = strsep(&rest, ","); entry != NULL; entry = strsep(&rest, ",")) {
        entry += strspn(entry, " ");
        entry[strcspn(entry, " ")] = 0;
        int device = parse_visible(entry);
        if (device == NO_DEVICE || visible_count == MAX_DEVICES) {
            return;
        }
        for (int i = 0; i < visible_count; i++) {
            if (visible[i] == device) {
                visible_count = 0;
                return;
            }
        }
        visible[visible_count++] = device;
    }
}

static void find_devices(void) {
    char host[SETTING_BYTES] = "";
    long count = emulated_number("GPUS", NO_DEVICE, DEFAULT_DEVICES);
    device_count = count < 0 ? 0 : count > MAX_DEVICES ? MAX_DEVICES : (int)count;
    emulated_setting("HOST", NO_DEVICE, host);
    for (int i = 0; i < device_count; i++) {
        describe(&devices[i], i, host);
    }
    const char *list = getenv("CUDA_VISIBLE_DEVICES");
    if (list != NULL) {
        read_visible(list);
        return;
    }
    for (int i = 0; i < device_count; i++) {
        visible[visible_count++] = i;
    }
}

int emulated_visible_devices(void) {
    pthread_once(&once, find_devices);
    return visible_count;
}

struct device *emulated_visible_device(int index) {
    return index >= 0 && index < emulated_visible_devices() ? &devices[visible[index]] : NULL;
}

struct device *emulated_device(int index) {
    pthread_once(&once, find_devices);
    return &devices[index];
}

int emulated_visible_index(int index) {
    for (int i = 0; i < emulated_visible_devices(); i++) {
        if (visible[i] == index) {
            return i;
        }
    }
    return NO_DEVICE;
}

int emulated_current_device(void) {
    struct device *device = emulated_visible_device(current);
    return device == NULL ? NO_DEVICE : device->index;
}

int emulated_startup_error(void) {
    if (emulated_is_on("DRIVER_TOO_OLD", NO_DEVICE)) {
        return CUDA_INSUFFICIENT_DRIVER;
    }
    return emulated_visible_devices() == 0 || emulated_number("GPUS", NO_DEVICE, 1) == 0 ? CUDA_NO_DEVICE : CUDA_OK;
}

int emulated_failed(int code) {
    if (code != CUDA_OK) {
        last_error = code;
    }
    return code;
}

void emulated_set_sticky_error(int device, int code) {
    __atomic_store_n(&sticky[device], code, __ATOMIC_RELAXED);
}

int emulated_sticky_error(int device) {
    if (device == NO_DEVICE) {
        return CUDA_OK;
    }
    int code = __atomic_load_n(&sticky[device], __ATOMIC_RELAXED);
    int set;
    long n;
    generation which;
    if (code != CUDA_OK && !(emulated_coded("STREAM_ERROR", device, &set, &n, &which) && set == code)) {
        emulated_set_sticky_error(device, CUDA_OK); /* tests take the fault away again; a real device stays broken */
        return CUDA_OK;
    }
    return code;
}

int cudaGetDeviceCount(int *count) {
    int failure = emulated_startup_error();
    *count = failure == CUDA_OK ? emulated_visible_devices() : 0;
    return emulated_failed(failure);
}

int cudaSetDevice(int device) {
    int failure = emulated_startup_error();
    if (failure != CUDA_OK) {
        return emulated_failed(failure);
    }
    if (emulated_visible_device(device) == NULL) {
        return emulated_failed(CUDA_INVALID_DEVICE);
    }
    current = device;
    return emulated_failed(emulated_sticky_error(emulated_current_device()));
}

int cudaGetDevice(int *device) {
    int failure = emulated_startup_error();
    *device = current;
    return emulated_failed(failure);
}

int cudaRuntimeGetVersion(int *version) {
    *version = DRIVER_VERSION;
    return CUDA_OK;
}

int cudaDriverGetVersion(int *version) {
    *version = emulated_is_on("DRIVER_TOO_OLD", NO_DEVICE) ? OLD_DRIVER_VERSION : DRIVER_VERSION;
    return CUDA_OK;
}

int cudaDeviceGetPCIBusId(char *text, int bytes, int index) {
    struct device *device = emulated_visible_device(index);
    if (device == NULL) {
        return emulated_failed(CUDA_INVALID_DEVICE);
    }
    int used = snprintf(text, (size_t)bytes, "0000:%02X:00.0", device->index + 1);
    return used < bytes ? CUDA_OK : emulated_failed(CUDA_INVALID_VALUE);
}

int cudaGetLastError(void) {
    int code = last_error;
    last_error = CUDA_OK;
    int broken = emulated_sticky_error(emulated_current_device());
    return broken != CUDA_OK ? broken : code;
}

int cudaPeekAtLastError(void) {
    int broken = emulated_sticky_error(emulated_current_device());
    return broken != CUDA_OK ? broken : last_error;
}
