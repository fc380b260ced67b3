/* What a user of NCCL must not do. Breaking a rule ends the process, so that no test can overlook it. */
#ifndef ORRERY_RULES_H
#define ORRERY_RULES_H

enum { RULE_EXIT = 86 };

__attribute__((noreturn, format(printf, 2, 3))) void emulated_violated(const char *rule, const char *format, ...);

#endif
