// Signals as marks, and counts in eventfds: see swirl_signals.c.
#pragma once

int32_t swirl_watch_signal(int signal, int event_fd, bool once);
bool swirl_take_signal(int signal);
