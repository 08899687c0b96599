/* The integrands that every peer gets: one point at a time, or a batch that the compiler turns into vector code.
 *
 * A function `..._at` holds the mathematics of one point. INTEGRAND makes of it the two forms that libraries call:
 * `point` for interfaces that hand over single points, `batch` for those that hand over many (row by row). Compiled with
 * -O3 -march=native -ffast-math, the loop of `batch` runs over eight points at a time with AVX-512, and the elementary
 * functions come from glibc's libmvec. The formulas are those of src/atoms/ and algorithms/examples/calibrate/families.rs.
 */
#ifndef INTEGRANDS_H
#define INTEGRANDS_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_DIM 8
#define INLINE static inline __attribute__((always_inline))

struct problem {
    const char *name;
    unsigned dim, components;
    double lo[MAX_DIM], hi[MAX_DIM];
    /* Difficulties and places of the Genz families. */
    double c[MAX_DIM], w[MAX_DIM];
    void (*point)(const struct problem *, const double *x, double *y);
    void (*batch)(const struct problem *, size_t n, const double *x, double *y);
};

/* What a run computes of an atom: both integrals from the same points, or one of them. */
enum which { BOTH, NUMERATOR, DENOMINATOR };

/* Points of a batch that are transposed at a time: their columns stay in the first-level cache. */
#define BLOCK 64
#define UNROLL _Pragma("GCC unroll 8")

#define INTEGRAND(name, DIM, COMPONENTS, at)                                                                          \
    static void name##_point(const struct problem *p, const double *x, double *y) {                                 \
        enum { S = 1 };                                                                                             \
        at;                                                                                                         \
    }                                                                                                               \
    static void name##_batch(const struct problem *p, size_t n, const double *points, double *values) {             \
        enum { S = BLOCK };                                                                                         \
        double columns[DIM * BLOCK], results[COMPONENTS * BLOCK];                                                   \
        for (size_t start = 0; start < n; start += BLOCK) {                                                         \
            const size_t count = n - start < BLOCK ? n - start : BLOCK;                                             \
            const double *const from = points + start * DIM;                                                        \
            double *const to = values + start * COMPONENTS;                                                         \
            for (size_t i = 0; i < count; i++)                                                                      \
                UNROLL for (int d = 0; d < DIM; d++) columns[d * BLOCK + i] = from[i * DIM + d];                    \
            /* The lanes of the last, incomplete vector repeat its last point. */                                   \
            for (size_t i = count; i % 8 != 0; i++)                                                                 \
                UNROLL for (int d = 0; d < DIM; d++) columns[d * BLOCK + i] = columns[d * BLOCK + count - 1];       \
            _Pragma("GCC ivdep") for (size_t i = 0; i < (count + 7) / 8 * 8; i++) {                                 \
                const double *const x = columns + i;                                                                \
                double *const y = results + i;                                                                      \
                at;                                                                                                 \
            }                                                                                                       \
            for (size_t i = 0; i < count; i++)                                                                      \
                UNROLL for (int k = 0; k < COMPONENTS; k++) to[i * COMPONENTS + k] = results[k * BLOCK + i];        \
        }                                                                                                           \
    }

/* 1/sqrt(s), finite at the singular point itself: a symmetric rule has a node where r1 = r2 = r12 = 0. */
INLINE double inverse_root(double s) { return 1.0 / sqrt(fmax(s, 1e-200)); }

INLINE void store(enum which which, double jacobian, double energy, double density, double *y, int S) {
    if (which == BOTH) {
        y[0] = energy * density * jacobian;
        y[S] = density * jacobian;
    } else {
        y[0] = (which == NUMERATOR ? energy * density : density) * jacobian;
    }
}

/* psi = exp(-2 (r1 + r2)) exp(r12 / 2 / (1 + 0.15 r12)), Z = 2, as src/atoms/helium.rs has it. */
INLINE void helium_at(enum which which, double x1, double y1, double z1, double x2, double y2, double z2, double jacobian,
                      double *y, int S) {
    const double alpha = 2.0, beta = 0.15;
    const double x12 = x1 - x2, y12 = y1 - y2, z12 = z1 - z2;
    const double s1 = x1 * x1 + y1 * y1 + z1 * z1, s2 = x2 * x2 + y2 * y2 + z2 * z2;
    const double s12 = x12 * x12 + y12 * y12 + z12 * z12;
    const double i1 = inverse_root(s1), i2 = inverse_root(s2), i12 = inverse_root(s12);
    const double r12 = s12 * i12, d = 1.0 / (1.0 + beta * r12), d2 = d * d;
    const double density = exp(r12 * d - 2.0 * alpha * (s1 * i1 + s2 * i2));
    const double along = (x1 * i1 - x2 * i2) * x12 + (y1 * i1 - y2 * i2) * y12 + (z1 * i1 - z2 * i2) * z12;
    const double bracket = -0.25 * d2 + beta * d + 2.0 * beta + beta * beta * r12 + 0.5 * alpha * along * i12;
    store(which, jacobian, bracket * d2 - alpha * alpha, density, y, S);
}

/* psi = exp(-r - 0.1 r^2), as src/atoms/hydrogen.rs has it. */
INLINE void hydrogen_at(enum which which, double r, double jacobian, double *y, int S) {
    const double beta = 0.1;
    const double density = exp(-2.0 * r * (1.0 + beta * r));
    store(which, jacobian, 3.0 * beta - 0.5 - 2.0 * beta * r * (1.0 + beta * r), density, y, S);
}

/* The sine of an angle in (0, pi) from its cosine. */
INLINE double sine(double c) { return sqrt(fmax((1.0 - c) * (1.0 + c), 0.0)); }

/* sin(phi): written as a cosine in batches, for the compiler would join sine and cosine into a call without a vector form. */
INLINE double sine_of(double phi, int S) { return S == 1 ? sin(phi) : cos(phi - 0.5 * M_PI); }

/* From (r, cos theta, phi) of each electron. */
INLINE void helium_spherical_at(enum which which, double r1, double c1, double phi1, double r2, double c2, double phi2,
                                double maps, double *y, int S) {
    const double rho1 = r1 * sine(c1), rho2 = r2 * sine(c2);
    helium_at(which, rho1 * cos(phi1), rho1 * sine_of(phi1, S), r1 * c1, rho2 * cos(phi2), rho2 * sine_of(phi2, S), r2 * c2,
              r1 * r1 * r2 * r2 * maps, y, S);
}

/* The radii on (0, 1): r = scale t / (1 - t), with the scale that the frame `spherical` of fubini has for helium. */
INLINE void helium_mapped_at(enum which which, double t1, double c1, double phi1, double t2, double c2, double phi2,
                             double *y, int S) {
    /* Divonne evaluates at t = 1, where the density is zero whatever r is. */
    const double scale = 0.35, i1 = 1.0 / fmax(1.0 - t1, 1e-30), i2 = 1.0 / fmax(1.0 - t2, 1e-30);
    helium_spherical_at(which, scale * t1 * i1, c1, phi1, scale * t2 * i2, c2, phi2, scale * scale * i1 * i1 * i2 * i2, y, S);
}

/* Perimetric coordinates u, v, w through logarithmic maps, and the orientation (cos theta, phi, gamma): for peers too, so
 * that what the coordinates do can be told from what the engines do. */
INLINE void helium_perimetric_at(enum which which, double t1, double t2, double t3, double c, double phi, double gamma,
                                 double *y, int S) {
    const double outer = 2.5, inner = 1.25, tiny = 1e-30;
    const double o1 = fmax(1.0 - t1, tiny), o2 = fmax(1.0 - t2, tiny), o3 = fmax(1.0 - t3, tiny);
    const double u = -outer * log(o1), v = -outer * log(o2), w = -inner * log(o3), sum = u + v + w;
    const double r1 = 0.5 * (u + w), r2 = 0.5 * (v + w), r12 = 0.5 * (u + v), i1 = 1.0 / fmax(r1, tiny);
    const double rho = 0.5 * sqrt(sum * w * u * v) * i1, along = 0.25 * (w * sum - u * v) * i1;
    const double s = sine(c), cp = cos(phi), sp = sine_of(phi, S);
    const double p = rho * cos(gamma), q = rho * sine_of(gamma, S);
    const double maps = outer * outer * inner / (o1 * o2 * o3);
    helium_at(which, r1 * s * cp, r1 * s * sp, r1 * c, along * s * cp + p * c * cp - q * sp,
              along * s * sp + p * c * sp + q * cp, along * c - p * s, 0.25 * r1 * r2 * r12 * maps, y, S);
}

/* u, v, w alone, the default of fubini: particle 1 on the z axis, particle 2 in the xz plane, 8 pi^2 for all orientations. */
INLINE void helium_triangle_at(enum which which, double t1, double t2, double t3, double *y, int S) {
    const double outer = 2.5, inner = 1.0, tiny = 1e-30;
    const double o1 = fmax(1.0 - t1, tiny), o2 = fmax(1.0 - t2, tiny), o3 = fmax(1.0 - t3, tiny);
    const double u = -outer * log(o1), v = -outer * log(o2), w = -inner * log(o3), sum = u + v + w;
    const double r1 = 0.5 * (u + w), r2 = 0.5 * (v + w), r12 = 0.5 * (u + v), i1 = 1.0 / fmax(r1, tiny);
    const double rho = 0.5 * sqrt(sum * w * u * v) * i1, along = 0.25 * (w * sum - u * v) * i1;
    const double maps = outer * outer * inner / (o1 * o2 * o3);
    helium_at(which, 0.0, 0.0, r1, rho, 0.0, along, 2.0 * M_PI * M_PI * r1 * r2 * r12 * maps, y, S);
}

/* A. C. Genz, in NATO ASI C203 (1987) 337: oscillatory, product peak, corner peak, Gaussian, C0, discontinuous. */
INLINE double genz_at(int family, int dim, const struct problem *p, const double *x, int S) {
    const double *c = p->c, *w = p->w;
    double dot = 0.0, square = 0.0, distance = 0.0, product = 1.0, power = 1.0;
    UNROLL for (int d = 0; d < dim; d++) {
        const double r = x[d * S] - w[d];
        dot += c[d] * x[d * S];
        square += c[d] * r * c[d] * r;
        distance += c[d] * fabs(r);
        product *= 1.0 / (c[d] * c[d]) + r * r;
    }
    switch (family) {
    case 1: return cos(2.0 * M_PI * w[0] + dot);
    case 2: return 1.0 / product;
    case 3:
        UNROLL for (int d = 0; d <= dim; d++) power *= 1.0 + dot;
        return 1.0 / power;
    case 4: return exp(-square);
    case 5: return exp(-distance);
    default: {
        const double value = exp(dot), one = x[0] < w[0] ? value : 0.0;
        return x[S] < w[1] ? one : 0.0;
    }
    }
}

/* max(x1 + ... + x6 - 2.2, 0): next to no work, and a kink that keeps every rule busy. */
INLINE double trivial_at(const double *x, int S) {
    return fmax(x[0] + x[S] + x[2 * S] + x[3 * S] + x[4 * S] + x[5 * S] - 2.2, 0.0);
}

#define ATOM(name, DIM, call)                                                                                         \
    INTEGRAND(name##_both, DIM, 2, (void)p; { const enum which which = BOTH; call; })                               \
    INTEGRAND(name##_numerator, DIM, 1, (void)p; { const enum which which = NUMERATOR; call; })                     \
    INTEGRAND(name##_denominator, DIM, 1, (void)p; { const enum which which = DENOMINATOR; call; })
#define SIX x[0], x[S], x[2 * S], x[3 * S], x[4 * S], x[5 * S]

ATOM(helium_box, 6, helium_at(which, SIX, 1.0, y, S))
ATOM(helium_spherical, 6, helium_spherical_at(which, SIX, 1.0, y, S))
ATOM(helium_mapped, 6, helium_mapped_at(which, SIX, y, S))
ATOM(helium_perimetric, 6, helium_perimetric_at(which, SIX, y, S))
ATOM(helium_triangle, 3, helium_triangle_at(which, x[0], x[S], x[2 * S], y, S))
ATOM(hydrogen_box, 3, hydrogen_at(which, sqrt(x[0] * x[0] + x[S] * x[S] + x[2 * S] * x[2 * S]), 1.0, y, S))
ATOM(hydrogen_spherical, 3, hydrogen_at(which, x[0], x[0] * x[0], y, S))
INTEGRAND(trivial, 6, 1, (void)p; y[0] = trivial_at(x, S))

#define GENZ(family, DIM) INTEGRAND(genz_##family##_##DIM, DIM, 1, y[0] = genz_at(family, DIM, p, x, S))
#define FAMILIES(DIM) GENZ(1, DIM) GENZ(2, DIM) GENZ(3, DIM) GENZ(4, DIM) GENZ(5, DIM) GENZ(6, DIM)
FAMILIES(3)
FAMILIES(5)
FAMILIES(8)

/* Sides of the domains, as (lo, hi) of one electron's three variables, or of all six. */
#define BOX {-30, -30, -30, -30, -30, -30}, {30, 30, 30, 30, 30, 30}
#define RADII {0, -1, 0, 0, -1, 0}, {8, 1, 2 * M_PI, 8, 1, 2 * M_PI}
#define MAPPED {0, -1, 0, 0, -1, 0}, {1, 1, 2 * M_PI, 1, 1, 2 * M_PI}
#define PERIMETRIC {0, 0, 0, -1, 0, 0}, {1, 1, 1, 1, 2 * M_PI, 2 * M_PI}
#define HYDROGEN_RADIUS {0, -1, 0}, {10, 1, 2 * M_PI}
#define UNIT {0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1}

#define ENTRY(name, dim, components, ...) {#name, dim, components, __VA_ARGS__, {0}, {0}, name##_point, name##_batch},
#define ATOM_ENTRIES(name, dim, ...)                                                                                  \
    ENTRY(name##_both, dim, 2, __VA_ARGS__) ENTRY(name##_numerator, dim, 1, __VA_ARGS__)                            \
    ENTRY(name##_denominator, dim, 1, __VA_ARGS__)
#define GENZ_ENTRIES(dim)                                                                                             \
    ENTRY(genz_1_##dim, dim, 1, UNIT) ENTRY(genz_2_##dim, dim, 1, UNIT) ENTRY(genz_3_##dim, dim, 1, UNIT)           \
    ENTRY(genz_4_##dim, dim, 1, UNIT) ENTRY(genz_5_##dim, dim, 1, UNIT) ENTRY(genz_6_##dim, dim, 1, UNIT)

static const struct problem PROBLEMS[] = {
    ATOM_ENTRIES(helium_box, 6, BOX) ATOM_ENTRIES(helium_spherical, 6, RADII) ATOM_ENTRIES(helium_mapped, 6, MAPPED)
    ATOM_ENTRIES(helium_perimetric, 6, PERIMETRIC) ATOM_ENTRIES(helium_triangle, 3, UNIT)
    ATOM_ENTRIES(hydrogen_box, 3, BOX) ATOM_ENTRIES(hydrogen_spherical, 3, HYDROGEN_RADIUS) ENTRY(trivial, 6, 1, UNIT)
    GENZ_ENTRIES(3) GENZ_ENTRIES(5) GENZ_ENTRIES(8)
};

/* The problem of this name, or NULL. */
static const struct problem *problem_named(const char *name) {
    for (size_t i = 0; i < sizeof PROBLEMS / sizeof *PROBLEMS; i++)
        if (strcmp(PROBLEMS[i].name, name) == 0) return &PROBLEMS[i];
    return NULL;
}

#endif
