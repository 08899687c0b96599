/* What a call through the C libraries costs, and the same program with the originals:
 *
 *     gcc -O3 -march=native -ffast-math capi/benches/calls.c -o calls -ldl -lm
 *     ./calls small LIBRARY...                microseconds of a trivial integral in 1, 2, 3 and 6 variables: of a whole call, and of what
 *                                             is left of it without evaluations, by the same integral with the least budget
 *     ./calls helium RTOL LIBRARY...          helium in the box, points in rows of up to 1,024
 *
 * Libraries are opened by their paths, ours and theirs one after the other in every round, so that a busy machine slows down all:
 * PREFIX/lib/libcubature.so.0 beside Debian's libcubature.so, PREFIX/lib/libcuba.so beside the cubature.so of R's package `cubature`,
 * which holds Cuba. Times are processor time, the least of several rounds; values are checked. -ffast-math lets the compiler make
 * vectors of the integrand, the same one for all.
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int hcubature_function(unsigned, void *, void *, unsigned, const double *, const double *, size_t, double, double, int,
                               double *, double *);
typedef void cuhre_function(int, int, void *, void *, int, double, double, int, int, int, int, const char *, void *, int *, int *,
                            int *, double *, double *, double *);

enum { MOST = 8, NVEC = 1024 };
#define HALF 10.0

static size_t evaluations;

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The product of all variables. */
static int product(unsigned dim, const double *x, void *data, unsigned components, double *y) {
    (void)data, (void)components;
    y[0] = x[0];
    for (unsigned d = 1; d < dim; d++) y[0] *= x[d];
    evaluations++;
    return 0;
}

static int products(unsigned dim, size_t n, const double *x, void *data, unsigned components, double *y) {
    (void)data, (void)components;
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i * dim];
        for (unsigned d = 1; d < dim; d++) y[i] *= x[i * dim + d];
    }
    evaluations += n;
    return 0;
}

static int product_of_cuba(const int *dim, const double *x, const int *components, double *y, void *data, const int *n) {
    return products((unsigned)*dim, (size_t)*n, x, data, (unsigned)*components, y);
}

/* psi H psi and psi^2 with psi = exp(-2 (r1 + r2)) exp(r12 / 2 / (1 + 0.15 r12)), as src/atoms/helium.rs has it; coordinates are
 * `scale` x + `shift`. Rows of 64 points are turned into columns, for which the compiler has a vector form of everything. */
static void helium(size_t n, const double *restrict x, double scale, double shift, double volume, double *restrict y) {
    enum { BLOCK = 64 };
    const double alpha = 2.0, beta = 0.15;
    for (size_t start = 0; start < n; start += BLOCK) {
        const int m = n - start < BLOCK ? (int)(n - start) : BLOCK;
        double p[6][BLOCK], energy[BLOCK], density[BLOCK];
        for (int d = 0; d < 6; d++)
            for (int i = 0; i < m; i++) p[d][i] = scale * x[6 * (start + (size_t)i) + (size_t)d] + shift;
        for (int i = 0; i < m; i++) {
            const double x12 = p[0][i] - p[3][i], y12 = p[1][i] - p[4][i], z12 = p[2][i] - p[5][i];
            const double i1 = 1.0 / sqrt(fmax(p[0][i] * p[0][i] + p[1][i] * p[1][i] + p[2][i] * p[2][i], 1e-200));
            const double i2 = 1.0 / sqrt(fmax(p[3][i] * p[3][i] + p[4][i] * p[4][i] + p[5][i] * p[5][i], 1e-200));
            const double s12 = fmax(x12 * x12 + y12 * y12 + z12 * z12, 1e-200);
            const double i12 = 1.0 / sqrt(s12), r12 = s12 * i12, b = 1.0 / (1.0 + beta * r12);
            const double along = (p[0][i] * i1 - p[3][i] * i2) * x12 + (p[1][i] * i1 - p[4][i] * i2) * y12 +
                                 (p[2][i] * i1 - p[5][i] * i2) * z12;
            const double bracket = -0.25 * b * b + beta * b + 2.0 * beta + beta * beta * r12 + 0.5 * alpha * along * i12;
            density[i] = volume * exp(r12 * b - 2.0 * alpha * (1.0 / i1 + 1.0 / i2));
            energy[i] = (bracket * b * b - alpha * alpha) * density[i];
        }
        for (int i = 0; i < m; i++) y[2 * (start + (size_t)i)] = energy[i], y[2 * (start + (size_t)i) + 1] = density[i];
    }
    evaluations += n;
}

static int helium_of_cubature(unsigned dim, size_t n, const double *x, void *data, unsigned components, double *y) {
    (void)dim, (void)data, (void)components;
    helium(n, x, 1.0, 0.0, 1.0, y);
    return 0;
}

static int helium_of_cuba(const int *dim, const double *x, const int *components, double *y, void *data, const int *n) {
    (void)dim, (void)data, (void)components;
    /* Cuba knows the unit cube alone. */
    helium((size_t)*n, x, 2.0 * HALF, -HALF, 64.0 * HALF * HALF * HALF * HALF * HALF * HALF, y);
    return 0;
}

/* A call of one function of one library. */
struct call {
    const char *library, *name;
    void *function;
    unsigned dim, components;
    int is_helium, max_evals;
    double rtol, value[2], error[2];
    int status;
};

static void integrate(struct call *c) {
    double lo[6], hi[6], probability[2];
    int regions, count;
    for (int d = 0; d < 6; d++) lo[d] = c->is_helium ? -HALF : 0.0, hi[d] = c->is_helium ? HALF : 1.0;
    evaluations = 0;
    if (strcmp(c->name, "Cuhre") == 0) {
        void *f = c->is_helium ? (void *)helium_of_cuba : (void *)product_of_cuba;
        ((cuhre_function *)c->function)((int)c->dim, (int)c->components, f, NULL, NVEC, c->rtol, 0.0, 4, 0, c->max_evals, 0, NULL,
                                        NULL, &regions, &count, &c->status, c->value, c->error, probability);
    } else {
        void *batch = c->is_helium ? (void *)helium_of_cubature : (void *)products;
        void *f = strcmp(c->name, "hcubature") == 0 ? (void *)product : batch;
        c->status = ((hcubature_function *)c->function)(c->components, f, NULL, c->dim, lo, hi, (size_t)c->max_evals, 0.0, c->rtol, 0, c->value,
                                                        c->error);
    }
}

/* The functions of these libraries. */
static int find(int n, char **libraries, struct call *calls) {
    static const char *const names[] = {"hcubature", "hcubature_v", "Cuhre"};
    int found = 0;
    for (int i = 0; i < n; i++) {
        /* Each with symbols of its own. */
        void *library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
        if (!library) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
        for (int k = 0; k < 3; k++) {
            void *function = dlsym(library, names[k]);
            if (function && found < MOST) calls[found++] = (struct call){.library = libraries[i], .name = names[k], .function = function};
        }
    }
    return found;
}

/* Microseconds of a call, the least of several rounds. */
static double cost(struct call *c, int max_evals) {
    enum { ROUNDS = 15, CALLS = 300 };
    double best = INFINITY;
    c->max_evals = max_evals;
    for (int round = 0; round < ROUNDS; round++) {
        const double start = seconds();
        for (int m = 0; m < CALLS; m++) integrate(c);
        best = fmin(best, (seconds() - start) / CALLS);
    }
    return 1e6 * best;
}

static void small(int n, struct call *calls) {
    printf("%-12s %4s %12s %12s %12s %12s  library\n", "function", "dim", "us a call", "evaluations", "ns for each", "us fixed");
    for (int i = 0; i < n; i++) {
        static const unsigned dims[] = {1, 2, 3, 6};
        for (int k = 0; k < 4; k++) {
            struct call *c = &calls[i];
            if (strcmp(c->name, "Cuhre") == 0 && dims[k] == 1) continue;
            c->dim = dims[k], c->components = 1, c->is_helium = 0, c->rtol = 1e-6;
            const double least = cost(c, 1);
            const size_t few = evaluations;
            const double whole = cost(c, 2000000000);
            /* Where a call needs no more than the least there is no slope. */
            const double each = evaluations > few ? (whole - least) / (double)(evaluations - few) : NAN;
            const double exact = pow(0.5, dims[k]);
            if (fabs(c->value[0] - exact) > 1e-6 * exact) { printf("%s: %g is wrong\n", c->name, c->value[0]); exit(1); }
            printf("%-12s %4u %12.1f %12zu %12.1f %12.1f  %s\n", c->name, dims[k], whole, evaluations, 1e3 * each,
                   least - each * (double)few, c->library);
        }
    }
}

static void box(int n, struct call *calls, double rtol) {
    static const double exact[2] = {-1.19785367412936823691, 0.416185190832412853403};
    double best[MOST];
    size_t count[MOST];
    for (int i = 0; i < n; i++) best[i] = INFINITY;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < n; i++) {
            struct call *c = &calls[i];
            if (strcmp(c->name, "hcubature") == 0) continue;
            c->dim = 6, c->components = 2, c->is_helium = 1, c->rtol = rtol, c->max_evals = 2000000000;
            const double start = seconds();
            integrate(c);
            best[i] = fmin(best[i], seconds() - start);
            count[i] = evaluations;
        }
    }
    printf("%-12s %9s %12s %7s %22s %22s  library\n", "function", "seconds", "evaluations", "status", "off / stated, 1st", "2nd, relative");
    for (int i = 0; i < n; i++) {
        if (strcmp(calls[i].name, "hcubature") == 0) continue;
        printf("%-12s %9.3f %12zu %7d", calls[i].name, best[i], count[i], calls[i].status);
        for (int k = 0; k < 2; k++)
            printf("    %8.1e / %8.1e", fabs(calls[i].value[k] / exact[k] - 1.0), fabs(calls[i].error[k] / exact[k]));
        printf("  %s\n", calls[i].library);
    }
}

int main(int argc, char **argv) {
    struct call calls[MOST];
    if (argc > 2 && strcmp(argv[1], "small") == 0) {
        small(find(argc - 2, argv + 2, calls), calls);
    } else if (argc > 3 && strcmp(argv[1], "helium") == 0) {
        box(find(argc - 3, argv + 3, calls), calls, atof(argv[2]));
    } else {
        fprintf(stderr, "calls small LIBRARY... | calls helium RTOL LIBRARY...\n");
        return 2;
    }
    return 0;
}
