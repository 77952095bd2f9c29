// Dispatch keeps these two functions for run loops that are not its own. Looked up, once, so that a program without Dispatch
// links, too.
#include "CSwirlSystem.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int (*event)(void);
static void (*work)(void *);

static void look_up(void) {
    event = (int (*)(void))dlsym(NULL, "_dispatch_get_main_queue_handle_4CF");
    work = (void (*)(void *))dlsym(NULL, "_dispatch_main_queue_callback_4CF");
}

// Without the function that does the work there is no use in hearing of it.
int swirl_main_queue_event(void) {
    pthread_once(&once, look_up);
    return event && work ? event() : -1;
}

void swirl_do_main_queue(void) {
    pthread_once(&once, look_up);
    if (work) work(NULL);
}
