/* empty - what it costs to start a program that is linked to the same libraries */
#include <cjson/cJSON.h>
#include <uv.h>

int main(void)
{
    /* Never true; keeps the libraries linked. */
    return uv_version() == 0 && cJSON_Version() == 0;
}
