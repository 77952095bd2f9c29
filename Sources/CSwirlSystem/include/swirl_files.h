#pragma once

#define SWIRL_RESULT(call) ({ __typeof__(call) result_ = (call); result_ < 0 ? -(int64_t)errno : (int64_t)result_; })

// The kernel caps one transfer at this many bytes (MAX_RW_COUNT), and so do we: a result must fit 31 bits (IO-02).
#define SWIRL_TRANSFER_BYTES_MAX 0x7ffff000

// As the kernel's struct open_how; not every <linux/openat2.h> has it.
typedef struct { uint64_t flags, mode, resolve; } swirl_open_how;
#define SWIRL_RESOLVE_NO_XDEV 0x01
#define SWIRL_RESOLVE_NO_MAGICLINKS 0x02
#define SWIRL_RESOLVE_NO_SYMLINKS 0x04
#define SWIRL_RESOLVE_BENEATH 0x08
#define SWIRL_RESOLVE_IN_ROOT 0x10
#define SWIRL_RESOLVE_CACHED 0x20                   // 5.12: EAGAIN where the way is not in the cache of names
static const int32_t SWIRL_O_DIRECT = __O_DIRECT;   // O_DIRECT, under _GNU_SOURCE only; another number on each architecture

typedef struct {
    uint32_t mode;
    int64_t size, modified_seconds, modified_nanoseconds;
    uint64_t device, inode;
} swirl_status;

static inline int32_t swirl_openat2(int directory, const char *path, const swirl_open_how *how) {
    int64_t fd = SWIRL_RESULT(syscall(SYS_openat2, directory, path, how, sizeof *how));
    if (fd != -ENOSYS || how->resolve) return (int32_t)fd;   // kernels before 5.6 know only openat
    return (int32_t)SWIRL_RESULT(openat(directory, path, (int)how->flags, (mode_t)how->mode));
}

static inline int32_t swirl_preadv2(int fd, void *bytes, size_t count, int64_t offset, int flags) {
    struct iovec piece = {bytes, count > SWIRL_TRANSFER_BYTES_MAX ? SWIRL_TRANSFER_BYTES_MAX : count};
    return (int32_t)SWIRL_RESULT(preadv2(fd, &piece, 1, offset, flags));
}

static inline int32_t swirl_pwritev2(int fd, const void *bytes, size_t count, int64_t offset, int flags) {
    struct iovec piece = {(void *)bytes, count > SWIRL_TRANSFER_BYTES_MAX ? SWIRL_TRANSFER_BYTES_MAX : count};
    return (int32_t)SWIRL_RESULT(pwritev2(fd, &piece, 1, offset, flags));
}

static inline int32_t swirl_read(int fd, void *bytes, size_t count) {
    return (int32_t)SWIRL_RESULT(read(fd, bytes, count > SWIRL_TRANSFER_BYTES_MAX ? SWIRL_TRANSFER_BYTES_MAX : count));
}

// A write to a pipe that nobody reads raises SIGPIPE, and write has no flag against it, as send has. So the signal is
// blocked meanwhile, and taken back if it came and was not there before (IO-06).
static inline int32_t swirl_pwritev2_quietly(int fd, const void *bytes, size_t count, int64_t offset, int flags) {
    sigset_t pipe, before, pending;
    struct timespec none = {0, 0};
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    int32_t result = swirl_pwritev2(fd, bytes, count, offset, flags);
    if (result == -EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

static inline void swirl_status_from(const struct stat *from, swirl_status *to) {
    *to = (swirl_status){from->st_mode, from->st_size, from->st_mtim.tv_sec, from->st_mtim.tv_nsec, from->st_dev, from->st_ino};
}

static inline int32_t swirl_fstat(int fd, swirl_status *status) {
    struct stat s;
    int64_t result = SWIRL_RESULT(fstat(fd, &s));
    if (result == 0) swirl_status_from(&s, status);
    return (int32_t)result;
}

static inline int32_t swirl_fstatat(int directory, const char *path, int flags, swirl_status *status) {
    struct stat s;
    int64_t result = SWIRL_RESULT(fstatat(directory, path, &s, flags));
    if (result == 0) swirl_status_from(&s, status);
    return (int32_t)result;
}

static inline int32_t swirl_ftruncate(int fd, int64_t size) { return (int32_t)SWIRL_RESULT(ftruncate(fd, size)); }
static inline int32_t swirl_fsync(int fd) { return (int32_t)SWIRL_RESULT(fsync(fd)); }
static inline int32_t swirl_fdatasync(int fd) { return (int32_t)SWIRL_RESULT(fdatasync(fd)); }

// The descriptor is gone whatever close answers: Linux frees the number first, so EINTR must not be tried again.
static inline int32_t swirl_close(int fd) {
    int64_t result = SWIRL_RESULT(close(fd));
    return result == -EINTR ? 0 : (int32_t)result;
}

// Whether nothing can be written through it: then closing it has nothing to write back.
static inline bool swirl_is_read_only(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY;
}

// Anonymous memory that costs nothing until it is touched. NULL when there is none.
static inline void *swirl_map_memory(size_t count) {
    void *memory = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}
static inline void swirl_unmap_memory(void *memory, size_t count) { munmap(memory, count); }
