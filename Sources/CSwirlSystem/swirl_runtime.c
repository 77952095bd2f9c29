#include "CSwirlSystem.h"

extern void *swift_retain(void *object);
extern void swift_release(void *object);
extern void *swift_tryRetain(void *object);

// Out of line: a retain whose release the optimizer sees it may leave out, where it takes the caller to hold the object.
void swirl_hold(void *object) { (void)swift_retain(object); }
void swirl_let_go(void *object) { swift_release(object); }
bool swirl_try_hold(void *object) { return swift_tryRetain(object) != NULL; }
