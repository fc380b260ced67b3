/*
 * Switches: ORRERY_EMULATED_<NAME> in the environment at load, then the lines of the file that ORRERY_EMULATED_FAULTS
 * names, then orrery_emulated_set; the later wins. NAME@device restricts one to a device by its own number.
 */
#ifndef ORRERY_FAULTS_H
#define ORRERY_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum { SETTING_BYTES = 128 };

/* Which value of a switch it was: counting starts anew when this changes. */
typedef unsigned long generation;

void emulated_set(const char *name, const char *value);
bool emulated_setting(const char *name, int device, char value[SETTING_BYTES]);
long emulated_number(const char *name, int device, long otherwise);
bool emulated_is_on(const char *name, int device);
/* Reads `code:n` (n is 1 when left out). */
bool emulated_coded(const char *name, int device, int *code, long *n, generation *which);
/* Counts one call; true for the n-th one since the switch was set. */
bool emulated_strikes(const char *name, int device, int *code);
/* Counts one call; true from the n-th one on. */
bool emulated_strikes_on(const char *name, int device, int *code);
/* Counts one call of a switch that is a bare number; true after that many. */
bool emulated_exceeds(const char *name, int device);

#endif
