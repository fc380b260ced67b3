#define _GNU_SOURCE
#include "faults.h"
#include "emulation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX "ORRERY_EMULATED_"

enum source { FROM_ENVIRONMENT, FROM_FILE, FROM_CALL };
enum { MAX_SETTINGS = 256, NAME_BYTES = 48, ANY_DEVICE = -1, FILE_CHECK_MICROS = 20000 };

struct setting {
    char name[NAME_BYTES];
    int device;
    enum source source;
    char value[SETTING_BYTES];
    generation which;
    long calls;
    bool seen; /* while the file is read again */
};

extern char **environ;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct setting settings[MAX_SETTINGS];
static int setting_count;
static generation generations;
static char file_name[1024];
static struct stat file_status;
static uint64_t file_checked;

static void split(const char *full, char name[NAME_BYTES], int *device) {
    snprintf(name, NAME_BYTES, "%s", full);
    char *at = strchr(name, '@');
    *device = at == NULL ? ANY_DEVICE : atoi(at + 1);
    if (at != NULL) {
        *at = 0;
    }
}

static void put(enum source source, const char *full, const char *value) {
    char name[NAME_BYTES];
    int device;
    split(full, name, &device);
    struct setting *setting = NULL;
    for (int i = 0; i < setting_count && setting == NULL; i++) {
        if (settings[i].source == source && settings[i].device == device && strcmp(settings[i].name, name) == 0) {
            setting = &settings[i];
        }
    }
    if (setting == NULL) {
        if (setting_count == MAX_SETTINGS) {
            fprintf(stderr, "emulation: too many switches, %s is left out\n", full);
            return;
        }
        setting = &settings[setting_count++];
        memset(setting, 0, sizeof *setting);
        snprintf(setting->name, NAME_BYTES, "%s", name);
        setting->device = device;
        setting->source = source;
    }
    setting->seen = true;
    if (setting->which == 0 || strcmp(setting->value, value) != 0) {
        snprintf(setting->value, SETTING_BYTES, "%s", value);
        setting->which = ++generations;
        setting->calls = 0;
    }
}

static void drop_unseen(enum source source) {
    int kept = 0;
    for (int i = 0; i < setting_count; i++) {
        if (settings[i].source != source || settings[i].seen) {
            settings[kept++] = settings[i];
        }
    }
    setting_count = kept;
}

static void forget_seen(enum source source) {
    for (int i = 0; i < setting_count; i++) {
        if (settings[i].source == source) {
            settings[i].seen = false;
        }
    }
}

static void read_environment(void) {
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        char text[1200];
        if (strncmp(*entry, PREFIX, strlen(PREFIX)) != 0) {
            continue;
        }
        snprintf(text, sizeof text, "%s", *entry + strlen(PREFIX));
        char *equals = strchr(text, '=');
        if (equals == NULL) {
            continue;
        }
        *equals = 0;
        if (strcmp(text, "FAULTS") == 0) {
            snprintf(file_name, sizeof file_name, "%s", equals + 1);
        } else {
            put(FROM_ENVIRONMENT, text, equals + 1);
        }
    }
}

static void read_lines(FILE *file) {
    char line[NAME_BYTES + SETTING_BYTES + 16];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = 0;
        char *equals = strchr(line, '=');
        if (equals == NULL || line[0] == '#') {
            continue;
        }
        *equals = 0;
        const char *name = strncmp(line, PREFIX, strlen(PREFIX)) == 0 ? line + strlen(PREFIX) : line;
        put(FROM_FILE, name, equals + 1);
    }
}

static void read_file_if_changed(void) {
    uint64_t now = emulated_now_micros();
    if (file_name[0] == 0 || (file_checked != 0 && now - file_checked < FILE_CHECK_MICROS)) {
        return;
    }
    file_checked = now;
    struct stat status;
    if (stat(file_name, &status) != 0) {
        memset(&status, 0, sizeof status);
    }
    if (status.st_mtim.tv_sec == file_status.st_mtim.tv_sec && status.st_mtim.tv_nsec == file_status.st_mtim.tv_nsec
        && status.st_size == file_status.st_size && status.st_ino == file_status.st_ino) {
        return;
    }
    file_status = status;
    forget_seen(FROM_FILE);
    FILE *file = fopen(file_name, "re");
    if (file != NULL) {
        read_lines(file);
        fclose(file);
    }
    drop_unseen(FROM_FILE);
}

/* With the lock held: the setting that counts, the latest source first and a device's own before everybody's. */
static struct setting *find(const char *name, int device) {
    struct setting *best = NULL;
    pthread_once(&once, read_environment);
    read_file_if_changed();
    for (int i = 0; i < setting_count; i++) {
        struct setting *setting = &settings[i];
        if (strcmp(setting->name, name) != 0 || (setting->device != ANY_DEVICE && setting->device != device)) {
            continue;
        }
        if (best == NULL || setting->source > best->source
            || (setting->source == best->source && setting->device != ANY_DEVICE)) {
            best = setting;
        }
    }
    return best != NULL && best->value[0] != 0 ? best : NULL;
}

void emulated_set(const char *name, const char *value) {
    if (strncmp(name, PREFIX, strlen(PREFIX)) == 0) {
        name += strlen(PREFIX);
    }
    pthread_mutex_lock(&lock);
    pthread_once(&once, read_environment);
    if (value != NULL) {
        put(FROM_CALL, name, value);
    } else {
        char bare[NAME_BYTES];
        int device;
        split(name, bare, &device);
        for (int i = 0; i < setting_count; i++) {
            settings[i].seen = settings[i].device != device || strcmp(settings[i].name, bare) != 0;
        }
        drop_unseen(FROM_CALL);
    }
    pthread_mutex_unlock(&lock);
}

bool emulated_setting(const char *name, int device, char value[SETTING_BYTES]) {
    pthread_mutex_lock(&lock);
    struct setting *setting = find(name, device);
    if (setting != NULL) {
        memcpy(value, setting->value, SETTING_BYTES);
    }
    pthread_mutex_unlock(&lock);
    return setting != NULL;
}

long emulated_number(const char *name, int device, long otherwise) {
    char value[SETTING_BYTES];
    return emulated_setting(name, device, value) ? atol(value) : otherwise;
}

bool emulated_is_on(const char *name, int device) {
    return emulated_number(name, device, 0) != 0;
}

/* With the lock held. */
static bool parse(const struct setting *setting, int *code, long *n) {
    char *end;
    *code = (int)strtol(setting->value, &end, 10);
    *n = *end == ':' ? atol(end + 1) : 1;
    return *code != 0;
}

bool emulated_coded(const char *name, int device, int *code, long *n, generation *which) {
    pthread_mutex_lock(&lock);
    struct setting *setting = find(name, device);
    bool set = setting != NULL && parse(setting, code, n);
    if (set) {
        *which = setting->which;
    }
    pthread_mutex_unlock(&lock);
    return set;
}

static bool count(const char *name, int device, int *code, bool from_then_on) {
    long n;
    pthread_mutex_lock(&lock);
    struct setting *setting = find(name, device);
    bool strikes = setting != NULL && parse(setting, code, &n);
    if (strikes) {
        setting->calls++;
        strikes = setting->calls == n || (from_then_on && setting->calls > n);
    }
    pthread_mutex_unlock(&lock);
    return strikes;
}

bool emulated_strikes(const char *name, int device, int *code) {
    return count(name, device, code, false);
}

bool emulated_strikes_on(const char *name, int device, int *code) {
    return count(name, device, code, true);
}

bool emulated_exceeds(const char *name, int device) {
    pthread_mutex_lock(&lock);
    struct setting *setting = find(name, device);
    bool exceeds = setting != NULL && ++setting->calls > atol(setting->value);
    pthread_mutex_unlock(&lock);
    return exceeds;
}
