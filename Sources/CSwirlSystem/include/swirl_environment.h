// What the environment says.
#pragma once

// Not <stdlib.h>: Swift would find in two modules what others import from one.
char *getenv(const char *);

// Whether it asks for debug mode: SWIRL_DEBUG is set and neither empty nor 0.
static inline bool swirl_debug_is_wanted(void) {
    const char *value = getenv("SWIRL_DEBUG");
    return value && *value && !(value[0] == '0' && value[1] == 0);
}
