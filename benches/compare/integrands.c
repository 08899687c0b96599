/* The integrands as a shared library, for Python: by number, one point at a time or a batch. */
#include "integrands.h"

static struct problem problem;

/* Chooses the problem that the other functions evaluate; returns its number of components, or 0 if there is none. */
unsigned choose(const char *name, const double *c, const double *w, double *lo, double *hi) {
    const struct problem *found = problem_named(name);
    if (!found) return 0;
    problem = *found;
    memcpy(problem.c, c, sizeof problem.c);
    memcpy(problem.w, w, sizeof problem.w);
    memcpy(lo, problem.lo, sizeof problem.lo);
    memcpy(hi, problem.hi, sizeof problem.hi);
    return problem.components;
}

unsigned dimension(void) { return problem.dim; }

void batch(size_t n, const double *x, double *y) { problem.batch(&problem, n, x, y); }

/* As scipy.LowLevelCallable wants it. */
double point(int n, double *x, void *data) {
    (void)n, (void)data;
    double y[2];
    problem.point(&problem, x, y);
    return y[0];
}
