/* A case as the driver states it (key=value arguments), clocks and memory, and the line of JSON that answers it. */
#ifndef CASE_H
#define CASE_H

#include "integrands.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define MAX_RUNGS 64

struct settings {
    const char *method;
    struct problem problem;
    /* Tolerances, tried in turn while they are met; and seeds, each of which gets its own run. */
    double rtol[MAX_RUNGS];
    long seeds[MAX_RUNGS];
    int rungs, seed_count, threads;
    size_t max_evals;
};

struct result {
    double value[2], error[2];
    size_t evaluations;
    const char *status;
};

struct clocks { double wall, cpu; };

static int list(const char *text, double *out) {
    int n = 0;
    for (char *end; *text && n < MAX_RUNGS; text = *end ? end + 1 : end) out[n++] = strtod(text, &end);
    return n;
}

static struct settings settings_from(int argc, char **argv) {
    struct settings s = {.method = "", .rungs = 0, .seed_count = 1, .threads = 1, .max_evals = 10000000};
    const char *c = "", *w = "";
    double seeds[MAX_RUNGS];
    for (int i = 1; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (!value++) { fprintf(stderr, "%s: not key=value\n", argv[i]); exit(2); }
        const size_t key = (size_t)(value - argv[i] - 1);
#define KEY(word) (key == strlen(word) && strncmp(argv[i], word, key) == 0)
        if (KEY("method")) s.method = value;
        else if (KEY("problem")) {
            const struct problem *p = problem_named(value);
            if (!p) { fprintf(stderr, "%s: no such problem\n", value); exit(2); }
            s.problem = *p;
        }
        else if (KEY("c")) c = value;
        else if (KEY("w")) w = value;
        else if (KEY("rtol")) s.rungs = list(value, s.rtol);
        else if (KEY("seeds")) {
            s.seed_count = list(value, seeds);
            for (int k = 0; k < s.seed_count; k++) s.seeds[k] = (long)seeds[k];
        }
        else if (KEY("threads")) s.threads = atoi(value);
        else if (KEY("max_evals")) s.max_evals = (size_t)strtod(value, NULL);
        else { fprintf(stderr, "%s: unknown key\n", argv[i]); exit(2); }
    }
    list(c, s.problem.c);
    list(w, s.problem.w);
    return s;
}

static struct clocks now(void) {
    struct timespec t;
    struct rusage own, children;
    clock_gettime(CLOCK_MONOTONIC, &t);
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
#define SECONDS(t) ((double)(t).tv_sec + 1e-6 * (double)(t).tv_usec)
    return (struct clocks){(double)t.tv_sec + 1e-9 * (double)t.tv_nsec,
        SECONDS(own.ru_utime) + SECONDS(own.ru_stime) + SECONDS(children.ru_utime) + SECONDS(children.ru_stime)};
}

/* Peak resident memory of this process in MB (VmHWM). */
static double peak_memory(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    double kilobytes = 0.0;
    while (status && fgets(line, sizeof line, status)) if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1) break;
    if (status) fclose(status);
    return kilobytes * 1.024e-3;
}

/* Nanoseconds of CPU per point of the bare integrand, in the form the library calls; best of several batches. */
static double bare(const struct problem *p, int batched) {
    enum { POINTS = 1024 };
    static double x[POINTS * MAX_DIM], y[POINTS * 2];
    for (size_t i = 0; i < POINTS; i++)
        for (unsigned d = 0; d < p->dim; d++) {
            const double step = sqrt(2.0 + d) * (double)(i + 1);
            /* A Weyl sequence in the middle fifth of the domain, where the integrand is neither zero nor denormal. */
            x[i * p->dim + d] = p->lo[d] + (p->hi[d] - p->lo[d]) * (0.4 + 0.2 * (step - floor(step)));
        }
    double best = INFINITY;
    for (int round = 0; round < 30; round++) {
        const double start = now().cpu;
        for (int repeat = 0; repeat < 20; repeat++) {
            if (batched) p->batch(p, POINTS, x, y);
            else for (size_t i = 0; i < POINTS; i++) p->point(p, x + i * p->dim, y + i * p->components);
            __asm__ volatile("" ::"r"(y) : "memory");
        }
        best = fmin(best, (now().cpu - start) * 1e9 / (20.0 * POINTS));
    }
    return best;
}

/* Whether every component's stated error meets the tolerance. */
static inline int met(const struct result *r, unsigned components, double rtol) {
    for (unsigned k = 0; k < components; k++) if (!(r->error[k] <= rtol * fabs(r->value[k]))) return 0;
    return 1;
}

/* Runs all rungs and seeds of a case with `integrate` and prints a line for each. */
static void run_all(const struct settings *s, int batched, const char *version,
                    struct result (*integrate)(const struct settings *, double rtol, long seed)) {
    const double nanoseconds = bare(&s->problem, batched);
    for (int k = 0; k < s->seed_count; k++)
        for (int i = 0; i < s->rungs; i++) {
            const struct clocks start = now();
            struct result r = integrate(s, s->rtol[i], s->seeds[k]);
            const struct clocks end = now();
            const int two = s->problem.components == 2;
            printf("{\"version\": \"%s\", \"interface\": \"%s\", \"rtol\": %g, \"seed\": %ld, \"evaluations\": %zu, ",
                   version, batched ? "batch" : "scalar", s->rtol[i], s->seeds[k], r.evaluations);
            printf("\"values\": [%.17g", r.value[0]);
            if (two) printf(", %.17g", r.value[1]);
            printf("], \"errors\": [%.17g", r.error[0]);
            if (two) printf(", %.17g", r.error[1]);
            printf("], \"seconds\": %.9f, \"cpu_seconds\": %.6f, \"bare_ns\": %.3f, \"peak_memory\": %.2f, \"status\": \"%s\"}\n",
                   end.wall - start.wall, end.cpu - start.cpu, nanoseconds, peak_memory(), r.status);
            fflush(stdout);
            if (strcmp(r.status, "converged") != 0) break;
        }
}

#endif
