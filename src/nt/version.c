/*
 * version - which Windows this is
 *
 * The profile's target says so. Source of the numbers: WDK reference, wdm.h, RTL_OSVERSIONINFOW,
 * and sdkddkver.h. Our choices: a server edition, as desktops take no processors while they run,
 * with the last service pack of its release.
 * Both routines are for PASSIVE_LEVEL; a call from higher up is a misuse, and served.
 */
#include "nt/kernel.h"

#define PLATFORM_NT 2u
#define PRODUCT_SERVER 3u

static const struct release {
    ULONG major, minor, build;
    USHORT service_pack;
    const WCHAR *pack_name;
} releases[] = {
    [HA_TARGET_WIN7] = {6, 1, 7601, 1, u"Service Pack 1"},
    [HA_TARGET_WS2008] = {6, 0, 6002, 2, u"Service Pack 2"},
};

static const struct release *release_of(const struct ha_kernel *kernel)
{
    return &releases[ha_kernel_knob(kernel, HA_KNOB_TARGET)];
}

/*
 * Tell which Windows this is.
 *
 *   lpVersionInformation  an RTL_OSVERSIONINFOW, or an RTL_OSVERSIONINFOEXW if
 *                         dwOSVersionInfoSize says so
 *
 * Returns STATUS_SUCCESS. Source: WDK reference, wdm.h, RtlGetVersion.
 */
NTSTATUS RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlGetVersion");
    const struct release *release = release_of(kernel);
    RTL_OSVERSIONINFOW *information = lpVersionInformation;
    size_t n = 0;
    ha_kernel_check_irql(kernel, HA_RT_GET_VERSION, PASSIVE_LEVEL);
    information->dwMajorVersion = release->major;
    information->dwMinorVersion = release->minor;
    information->dwBuildNumber = release->build;
    information->dwPlatformId = PLATFORM_NT;
    do
        information->szCSDVersion[n] = release->pack_name[n];
    while (release->pack_name[n++]);
    if (information->dwOSVersionInfoSize == sizeof(RTL_OSVERSIONINFOEXW)) {
        PRTL_OSVERSIONINFOEXW more = (PRTL_OSVERSIONINFOEXW)(void *)information;
        more->wServicePackMajor = release->service_pack;
        more->wServicePackMinor = 0;
        more->wSuiteMask = 0;
        more->wProductType = PRODUCT_SERVER;
        more->wReserved = 0;
    }
    return STATUS_SUCCESS;
}

/*
 * Whether this Windows is at least the one that a NTDDI_ constant names, a service pack's included.
 *
 * Source: WDK reference, wdm.h, RtlIsNtDdiVersionAvailable.
 */
BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlIsNtDdiVersionAvailable");
    const struct release *release = release_of(kernel);
    ha_kernel_check_irql(kernel, HA_RT_GET_VERSION, PASSIVE_LEVEL);
    return Version <= (release->major << 24 | release->minor << 16 |
                       (ULONG)release->service_pack << 8);
}
