/* Shows that the emulation notices what it should, and only that. */
#include "violate.h"

#include <string.h>

static const struct {
    const char *name;
    void (*run)(void);
} tasks[] = {{"ok", run_correctly}, {"leak", run_without_leak}, {"faults", run_faults},
             {"threads", run_threads}, {"latency", measure}, {"devices", list_devices}};

int main(int count, char **arguments) {
    const char *what = count == 2 ? arguments[1] : "";
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        if (strcmp(what, tasks[i].name) == 0) {
            tasks[i].run();
            return 0;
        }
    }
    if (strcmp(what, "--list") == 0 || strcmp(what, "--variants") == 0) {
        list_rules(strcmp(what, "--variants") == 0);
        return 0;
    }
    if (!break_rule(what)) {
        fprintf(stderr, "usage: %s RULE[:VARIANT] | --list | --variants | ok | leak | faults | threads | latency"
                " | devices\n", arguments[0]);
        return 2;
    }
    fprintf(stderr, "nobody noticed: %s\n", what);
    return 1;
}
