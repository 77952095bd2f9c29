#include "CSwirlTesting.h"
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

long swirl_processor(void) {
    unsigned processor = 0;
    syscall(SYS_getcpu, &processor, NULL, NULL);
    return processor;
}

void swirl_stay_on(long processor) {
    unsigned long set[16] = {0};
    if (processor < 1024) set[processor / 64] = 1ul << processor % 64;
    syscall(SYS_sched_setaffinity, 0, sizeof set, set);
}

void swirl_give_way(void) {
    struct sched_param none = {0};
    syscall(SYS_sched_setscheduler, 0, 5 /* SCHED_IDLE */, &none);
}
