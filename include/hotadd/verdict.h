/*
 * hotadd/verdict.h - the rules, and what a judge found
 */
#ifndef HOTADD_VERDICT_H
#define HOTADD_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ha_rule_class { HA_DOCUMENTED, HA_IMPLIED, HA_OBSERVED, HA_CHOSEN };
#define HA_BINDS_KERNEL 1u
#define HA_BINDS_DRIVER 2u

enum ha_severity {
    HA_NOTE,        /* something its author should know; fails nothing */
    HA_WARNING,
    HA_ERROR        /* fails the scenario that does not expect it */
};

struct ha_rule {
    const char *id;             /* as HOT-5 */
    const char *sentence;       /* what must hold */
    const char *source;         /* the documents it follows from */
    enum ha_rule_class class_;
    unsigned binds;             /* HA_BINDS_KERNEL, HA_BINDS_DRIVER or both */
    enum ha_severity severity;  /* of a finding against it */
};

/* All rules that are judged, ordered by family and number. */
const struct ha_rule *ha_rules(size_t *count);
/* Find a rule by its id, case ignored. NULL when there is none. */
const struct ha_rule *ha_rule_find(const char *id);
/* The class in words: documented, implied, observed, chosen. */
const char *ha_rule_class_name(enum ha_rule_class class_);

/* What a judge found against a rule. Equal notes of one driver are one finding. */
struct ha_finding {
    const struct ha_rule *rule;
    enum ha_severity severity;  /* may be milder than the rule's own */
    uint64_t seq;               /* the record that shows it */
    uint64_t count;             /* how often the same was found */
    uint16_t driver;            /* who is at fault; 0 for the kernel */
    char call[96];              /* the words of the call, as "a.sync Complete 4"; may be empty */
    char expected[120];
    char seen[256];
    uint16_t group;             /* where the processor is that the call speaks of; 0xffff: none */
    uint8_t number;
    char place[96];             /* where what it is about comes from, in the driver's code, as
                                   MODULE+OFFSET: where it was taken, made or begun, or else where
                                   the routine was called; may be empty */
};

#ifdef __cplusplus
}
#endif
#endif
