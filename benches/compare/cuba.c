/* Cuba (T. Hahn, LGPL): Cuhre, Vegas, Suave and Divonne, from a shared object that exports its C functions.
 *
 * Debian has no package of Cuba, but that of R's `cubature` contains the whole library: the first library that can be
 * opened is taken, a system's own libcuba before R's. CUBA_LIBRARIES is set by the driver. Cuba integrates over the unit
 * cube, so the callback scales the points; it gets up to 1024 points per call.
 */
#include "case.h"
#include <dlfcn.h>

#define NVEC 1024
/* Cuba's flag 4: return the sum over the final regions instead of an average over iterations. */
#define LAST 4
/* Samples of Vegas' batches: Cuba's default. */
#define NBATCH 1000

typedef int integrand(const int *dim, const double *x, const int *components, double *y, void *problem, const int *n,
                      const int *core);
typedef void cuhre_function(int, int, integrand *, void *, int nvec, double epsrel, double epsabs, int flags, int mineval,
                            int maxeval, int key, const char *state, void *spin, int *nregions, int *neval, int *fail,
                            double *value, double *error, double *probability);
typedef void vegas_function(int, int, integrand *, void *, int nvec, double epsrel, double epsabs, int flags, int seed,
                            int mineval, int maxeval, int nstart, int nincrease, int nbatch, int gridno, const char *state,
                            void *spin, int *neval, int *fail, double *value, double *error, double *probability);
typedef void suave_function(int, int, integrand *, void *, int nvec, double epsrel, double epsabs, int flags, int seed,
                            int mineval, int maxeval, int nnew, int nmin, double flatness, const char *state, void *spin,
                            int *nregions, int *neval, int *fail, double *value, double *error, double *probability);
typedef void divonne_function(int, int, integrand *, void *, int nvec, double epsrel, double epsabs, int flags, int seed,
                              int mineval, int maxeval, int key1, int key2, int key3, int maxpass, double border,
                              double maxchisq, double mindeviation, int ngiven, int ldxgiven, double *xgiven, int nextra,
                              void *peakfinder, const char *state, void *spin, int *nregions, int *neval, int *fail,
                              double *value, double *error, double *probability);

static void *library;

static void *function(const char *name) {
    void *found = dlsym(library, name);
    if (!found) { fprintf(stderr, "%s\n", dlerror()); exit(3); }
    return found;
}

static double scale(const struct problem *p) {
    double volume = 1.0;
    for (unsigned d = 0; d < p->dim; d++) volume *= p->hi[d] - p->lo[d];
    return volume;
}

static int evaluate(const int *dim, const double *u, const int *components, double *y, void *problem, const int *n,
                    const int *core) {
    (void)components, (void)core;
    const struct problem *p = problem;
    static double x[NVEC * MAX_DIM];
    const size_t dims = (size_t)*dim, points = (size_t)*n;
    if (p->lo[0] == 0.0 && p->hi[0] == 1.0 && p->hi[dims - 1] == 1.0) {
        p->batch(p, points, u, y);
        return 0;
    }
    for (size_t i = 0; i < points; i++)
        for (size_t d = 0; d < dims; d++) x[i * dims + d] = p->lo[d] + (p->hi[d] - p->lo[d]) * u[i * dims + d];
    p->batch(p, points, x, y);
    return 0;
}

static struct result integrate(const struct settings *s, double rtol, long seed) {
    const struct problem *p = &s->problem;
    const int maxeval = (int)s->max_evals;
    struct result r = {0};
    double probability[2];
    int regions, evaluations = 0, fail = 0;
#define PROBLEM (int)p->dim, (int)p->components, evaluate, (void *)p, NVEC, rtol, 0.0
#define OUTCOME &evaluations, &fail, r.value, r.error, probability
    if (strncmp(s->method, "cuhre", 5) == 0) {
        const int flags = strcmp(s->method, "cuhre") == 0 ? LAST : 0;
        ((cuhre_function *)function("Cuhre"))(PROBLEM, flags, 0, maxeval, 0, NULL, NULL, &regions, OUTCOME);
    } else if (strncmp(s->method, "vegas", 5) == 0) {
        /* Sobol' points with seed 0, Mersenne twister with any other. Iterations of 1000, 1500, 2000, ... samples, as in the
         * demonstration programs of Cuba; ten of equal length have errors larger by an eighth on helium. */
        const int sobol = strcmp(s->method, "vegas-sobol") == 0;
        ((vegas_function *)function("Vegas"))(PROBLEM, 0, sobol ? 0 : (int)seed + 1, 0, maxeval, 1000, 500, NBATCH, 0, NULL,
                                              NULL, OUTCOME);
    } else if (strcmp(s->method, "suave") == 0) {
        ((suave_function *)function("Suave"))(PROBLEM, LAST, 0, 0, maxeval, 1000, 2, 25.0, NULL, NULL, &regions, OUTCOME);
    } else {
        ((divonne_function *)function("Divonne"))(PROBLEM, 0, 0, 0, maxeval, 47, 1, 1, 5, 0.0, 10.0, 0.25, 0, (int)p->dim,
                                                  NULL, 0, NULL, NULL, NULL, &regions, OUTCOME);
    }
    for (unsigned k = 0; k < p->components; k++) r.value[k] *= scale(p), r.error[k] *= scale(p);
    r.evaluations = (size_t)evaluations;
    r.status = fail == 0 ? "converged" : "budget";
    return r;
}

int main(int argc, char **argv) {
    const struct settings s = settings_from(argc, argv);
    char names[] = CUBA_LIBRARIES;
    for (char *name = strtok(names, ":"); name && !library; name = strtok(NULL, ":")) library = dlopen(name, RTLD_LAZY);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); return 3; }
    /* Cuba's own processes, where the library has them; in R's they are compiled out. */
    ((void (*)(int, int))function("cubacores"))(s.threads > 1 ? s.threads : 0, 10000);
    run_all(&s, 1, CUBA_VERSION, integrate);
    return 0;
}
