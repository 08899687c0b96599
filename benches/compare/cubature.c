/* Cubature (S. G. Johnson, GPL): hcubature with the scalar interface, hcubature_v and pcubature_v with the batched one. */
#include "case.h"
#include <cubature.h>

static size_t evaluations;

static int one(unsigned dim, const double *x, void *problem, unsigned components, double *y) {
    (void)dim, (void)components;
    const struct problem *p = problem;
    evaluations++;
    p->point(p, x, y);
    return 0;
}

static int many(unsigned dim, size_t n, const double *x, void *problem, unsigned components, double *y) {
    (void)dim, (void)components;
    const struct problem *p = problem;
    evaluations += n;
    p->batch(p, n, x, y);
    return 0;
}

static struct result integrate(const struct settings *s, double rtol, long seed) {
    (void)seed;
    const struct problem *p = &s->problem;
    struct result r = {0};
    int failure;
    evaluations = 0;
#define ARGUMENTS(f) p->components, f, (void *)p, p->dim, p->lo, p->hi, s->max_evals, 0.0, rtol, ERROR_INDIVIDUAL, r.value, r.error
    if (strcmp(s->method, "hcubature") == 0) failure = hcubature(ARGUMENTS(one));
    else if (strcmp(s->method, "hcubature_v") == 0) failure = hcubature_v(ARGUMENTS(many));
    else failure = pcubature_v(ARGUMENTS(many));
    r.evaluations = evaluations;
    /* It returns 0 when the budget ended the run as well; and errors summed anew at the end may exceed the tolerance by a
     * little that it has not seen. */
    r.status = failure ? "failed" : evaluations >= s->max_evals ? "budget" : "converged";
    return r;
}

int main(int argc, char **argv) {
    const struct settings s = settings_from(argc, argv);
    run_all(&s, strcmp(s.method, "hcubature") != 0, CUBATURE_VERSION, integrate);
    return 0;
}
