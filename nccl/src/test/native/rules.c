#include "rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void emulated_violated(const char *rule, const char *format, ...) {
    char text[1024];
    int used = snprintf(text, sizeof text, "NCCL RULE VIOLATED: %s: ", rule);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, sizeof text - (size_t)used - 1, format, arguments);
    va_end(arguments);
    strcat(text, "\n");
    /* One write, as threads of the JVM write to the same place. */
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
    _exit(RULE_EXIT);
}
