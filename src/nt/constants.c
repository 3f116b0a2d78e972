/*
 * constants - what drivers know by a name that is no routine: GUIDs and types of objects
 *
 * Owns the GUIDs for sources that declare them without INITGUID. All of it is constant, so that
 * any number of machines share it.
 */
#include <stdint.h>

#include <ntddk.h>

#undef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    extern const GUID name; \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

#include <poclass.h>
#include <wdmguid.h>

struct _OBJECT_TYPE {
    const char *name;
};

static const struct _OBJECT_TYPE types[] = {
    {"Thread"}, {"Process"}, {"Event"}, {"Semaphore"}, {"File"}, {"Key"}, {"Device"},
};

/* What a driver gets points to a pointer. Both are constant; the casts say so to nobody. */
static const struct _OBJECT_TYPE *const pointers[] = {
    &types[0], &types[1], &types[2], &types[3], &types[4], &types[5], &types[6],
};

POBJECT_TYPE *const PsThreadType = (POBJECT_TYPE *)(uintptr_t)&pointers[0];
POBJECT_TYPE *const PsProcessType = (POBJECT_TYPE *)(uintptr_t)&pointers[1];
POBJECT_TYPE *const ExEventObjectType = (POBJECT_TYPE *)(uintptr_t)&pointers[2];
POBJECT_TYPE *const ExSemaphoreObjectType = (POBJECT_TYPE *)(uintptr_t)&pointers[3];
POBJECT_TYPE *const IoFileObjectType = (POBJECT_TYPE *)(uintptr_t)&pointers[4];
POBJECT_TYPE *const CmKeyObjectType = (POBJECT_TYPE *)(uintptr_t)&pointers[5];
POBJECT_TYPE *const ha_device_type = (POBJECT_TYPE *)(uintptr_t)&pointers[6];
