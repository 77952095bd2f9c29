// For scenarios of who runs first: the processor that the calling thread is on, staying there, and letting everybody else
// that runs there go first. glibc hides the functions of these names from Swift.
#pragma once

long swirl_processor(void);
void swirl_stay_on(long processor);
void swirl_give_way(void);
