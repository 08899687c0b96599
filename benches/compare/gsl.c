/* The GNU Scientific Library's VEGAS and MISER (GPL): one component, one point at a time. */
#include "case.h"
#include <gsl/gsl_monte_miser.h>
#include <gsl/gsl_monte_vegas.h>
#include <gsl/gsl_version.h>

/* Samples of an iteration of VEGAS that works towards a tolerance looser or tighter than 1e-3. */
#define FEW 100000
#define MANY 1000000

static size_t evaluations;

static double evaluate(double *x, size_t dim, void *problem) {
    (void)dim;
    const struct problem *p = problem;
    double y;
    evaluations++;
    p->point(p, x, &y);
    return y;
}

static struct result integrate(const struct settings *s, double rtol, long seed) {
    const struct problem *p = &s->problem;
    struct result r = {0};
    gsl_monte_function f = {evaluate, p->dim, (void *)p};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, (unsigned long)seed + 1);
    evaluations = 0;
    if (strcmp(s->method, "miser") == 0) {
        gsl_monte_miser_state *state = gsl_monte_miser_alloc(p->dim);
        gsl_monte_miser_integrate(&f, p->lo, p->hi, p->dim, s->max_evals, random, state, r.value, r.error);
        gsl_monte_miser_free(state);
    } else {
        /* Five iterations train the grid and are thrown away, five count; towards a tolerance five more at a time. */
        const size_t samples = rtol == 0.0 ? s->max_evals / 10 : rtol < 1e-3 ? MANY : FEW;
        gsl_monte_vegas_state *state = gsl_monte_vegas_alloc(p->dim);
        gsl_monte_vegas_params parameters;
        for (int stage = 0;; stage = stage == 0 ? 1 : 3) {
            gsl_monte_vegas_params_get(state, &parameters);
            parameters.stage = stage;
            gsl_monte_vegas_params_set(state, &parameters);
            gsl_monte_vegas_integrate(&f, (double *)p->lo, (double *)p->hi, p->dim, samples, random, state, r.value, r.error);
            if (stage > 0 && (met(&r, 1, rtol) || evaluations + 5 * samples > s->max_evals)) break;
        }
        gsl_monte_vegas_free(state);
    }
    gsl_rng_free(random);
    r.evaluations = evaluations;
    r.status = met(&r, 1, rtol) ? "converged" : "budget";
    return r;
}

int main(int argc, char **argv) {
    const struct settings s = settings_from(argc, argv);
    if (s.problem.components != 1) { fprintf(stderr, "GSL integrates one component\n"); return 2; }
    run_all(&s, 0, GSL_VERSION, integrate);
    return 0;
}
