// The ring as the kernel shares it with us, read and written in place: one store for a submission, one load to see
// whether anything ended. liburing sets the ring up and tears it down; its per-request helpers are calls and branches
// that a loop of 5 microseconds a request does not need.
//
// No header of liburing or Linux is seen here: swift-system's module holds <linux/io_uring.h>, liburing brings a copy of
// its own with other fields, and Swift refuses two definitions of one struct. So what both sides share is spelled out
// below, and CLiburing.c compares it with the real thing.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "swirl_uring_abi.h"
#include "swirl_uring.h"
