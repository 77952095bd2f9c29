#include "CSwirlSystem.h"

__thread void *swirl_current_loop_ __attribute__((tls_model("initial-exec"))) = NULL;
__thread bool swirl_launching_nonisolated_ __attribute__((tls_model("initial-exec"))) = false;

static pthread_key_t chosen_key;
static pthread_once_t chosen_once = PTHREAD_ONCE_INIT;
static bool chosen_works;
static void (*release_chosen)(void *);

static void let_go(void *object) { __atomic_load_n(&release_chosen, __ATOMIC_ACQUIRE)(object); }
static void make_chosen_key(void) { chosen_works = pthread_key_create(&chosen_key, let_go) == 0; }

void *swirl_chosen_loop(void) {
    pthread_once(&chosen_once, make_chosen_key);
    return chosen_works ? pthread_getspecific(chosen_key) : NULL;
}

// `release` is one and the same function for the whole process. False: the thread has no room for it.
bool swirl_set_chosen_loop(void *object, void (*release)(void *)) {
    void *before = swirl_chosen_loop();
    if (object) __atomic_store_n(&release_chosen, release, __ATOMIC_RELEASE);
    if (!chosen_works || pthread_setspecific(chosen_key, object) != 0) return false;
    if (before) release(before);
    return true;
}
