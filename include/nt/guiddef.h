/*
 * guiddef.h - names for GUIDs, and their comparison
 *
 * A DEFINE_GUID declares; where INITGUID is defined before the first header, or after
 * <initguid.h>, it defines as well. The library defines all that these headers declare, so that a
 * source which does neither links.
 */
#ifndef _GUIDDEF_H_
#define _GUIDDEF_H_

#include <string.h>

#include "ntdef.h"

#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    EXTERN_C const GUID DECLSPEC_SELECTANY name; \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) EXTERN_C const GUID name
#endif

#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const GUID &
#define REFCLSID const GUID &
#else
#define REFGUID const GUID *const
#define REFIID const GUID *const
#define REFCLSID const GUID *const
#endif

typedef GUID IID, *LPIID, CLSID, *LPCLSID;

#ifdef __cplusplus
inline int IsEqualGUID(REFGUID rguid1, REFGUID rguid2)
{
    return !memcmp(&rguid1, &rguid2, sizeof(GUID));
}

inline int InlineIsEqualGUID(REFGUID rguid1, REFGUID rguid2)
{
    return IsEqualGUID(rguid1, rguid2);
}

inline bool operator==(const GUID &guidOne, const GUID &guidOther)
{
    return IsEqualGUID(guidOne, guidOther) != 0;
}

inline bool operator!=(const GUID &guidOne, const GUID &guidOther)
{
    return !(guidOne == guidOther);
}
#else
#define IsEqualGUID(rguid1, rguid2) (!memcmp((rguid1), (rguid2), sizeof(GUID)))
#define InlineIsEqualGUID(rguid1, rguid2) IsEqualGUID(rguid1, rguid2)
#endif
#define IsEqualIID(riid1, riid2) IsEqualGUID(riid1, riid2)
#define IsEqualCLSID(rclsid1, rclsid2) IsEqualGUID(rclsid1, rclsid2)

#endif
