/* Conditions that say where they failed. Plain C and C++. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* Whether a stated error holds and is no larger than asked. */
#define HOLDS(value, error, exact, asked) \
    CHECK(fabs((value) - (exact)) <= (error) * (1 + 1e-12) + 1e-14 * fabs(exact) && (error) <= (asked))

#define UNUSED(x) (void)(x)

#endif
