// fork(2), which Swift hides: a child of several threads may do little, and a test wants just that.
#pragma once

// Runs `body` in a forked child, which then exits with 0. What waitpid(2) says of its end; -1 when there was no child.
int in_forked_child(void (*body)(void *context), void *context);
