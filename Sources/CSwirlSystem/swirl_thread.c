#include "CSwirlSystem.h"

__thread void *swirl_current_loop_ __attribute__((tls_model("initial-exec"))) = NULL;
__thread bool swirl_launching_nonisolated_ __attribute__((tls_model("initial-exec"))) = false;
