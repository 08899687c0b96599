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

/* The integral of |x_1 + ... + x_dim - b| over the unit cube: dim/2 - b, and twice the part below b, by inclusion and exclusion. */
static inline double kink_exact(int dim, double b) {
    double sum = 0, choose = 1, factorial = 1;
    int k;
    for (k = 0; k <= dim && k < b; k++) {
        sum += (k % 2 ? -choose : choose) * pow(b - k, dim + 1);
        choose *= (double)(dim - k) / (k + 1);
    }
    for (k = 2; k <= dim + 1; k++) factorial *= k;
    return 0.5 * dim - b + 2 * sum / factorial;
}

#endif
