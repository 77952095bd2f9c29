// What Swirl needs of C: system calls, but for io_uring's, and what the Swift runtime and Dispatch export.
//
// A system call is a function that returns its value or -errno: a result has the shape of a completion before Swift sees it,
// and nothing can change errno between the call and the look at it.
#pragma once

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

// What glibc declares only under _GNU_SOURCE. That macro changes types (fd_set) that other modules import without it, and
// Swift then refuses to import both; so it is not set here, and these few are declared by hand.
int accept4(int, struct sockaddr *, socklen_t *, int);
int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
ssize_t preadv2(int, const struct iovec *, int, off_t, int);
ssize_t pwritev2(int, const struct iovec *, int, off_t, int);
#define SWIRL_POLLRDHUP 0x2000
#define SWIRL_RWF_NOWAIT 8

#include "swirl_files.h"
#include "swirl_direct.h"
#include "swirl_poll.h"
#include "swirl_process.h"
#include "swirl_sockets.h"
#include "swirl_signals.h"
#include "swirl_condition.h"
#include "swirl_environment.h"
#include "swirl_loop_local.h"
#include "swirl_main_thread.h"
#include "swirl_runtime.h"
