/* Every function, norm, limit and return code of cubature.h. Compiles as C and as C++, against our header and Cubature's own; with
 * the latter (PEER) what only ours declares is left out. */
#include "check.h"
#include <cubature.h>
#include <string.h>

#ifndef PEER
#include <pthread.h>
#endif

static const double ZERO[20] = {0}, ONE[3] = {1, 1, 1};
static size_t calls, points;

/* x^2 y + scale: over the unit square 1/6 + scale. */
static int one(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    CHECK(dim == 2 && fdim == 1);
    calls++;
    y[0] = x[0] * x[0] * x[1] + *(double *)data;
    return 0;
}

static int many(unsigned dim, size_t n, const double *x, void *data, unsigned fdim, double *y) {
    size_t i;
    calls++;
    points += n;
    for (i = 0; i < n; i++) one(dim, x + i * dim, data, fdim, y + i * fdim);
    return 0;
}

/* e^x, 1e-3 |y - 1/3| and a component whose integral is 0. */
static int three(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    UNUSED(data);
    CHECK(dim == 2 && fdim == 3);
    points++;
    y[0] = exp(x[0]);
    y[1] = 1e-3 * fabs(x[1] - 1.0 / 3);
    y[2] = 1e-3 * sin(6.283185307179586 * x[0]) * exp(-x[1]);
    return 0;
}

static int gauss(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    double r = 0;
    unsigned d;
    UNUSED(data), UNUSED(fdim);
    for (d = 0; d < dim; d++) r += x[d] * x[d];
    y[0] = exp(-r);
    return 0;
}

static int constant(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    UNUSED(dim), UNUSED(x), UNUSED(fdim);
    y[0] = *(double *)data;
    return 0;
}

static int third_call_fails(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    UNUSED(dim), UNUSED(x), UNUSED(fdim);
    y[0] = 1;
    return ++*(int *)data == 3 ? 7 : 0;
}

static void every_function_is_right(void) {
    double scale = 2, val, err, *buf = NULL;
    unsigned m[2] = {0, 0};
    size_t nbuf = 0;
#define ARGUMENTS(f) 1, f, &scale, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL
    CHECK(hcubature(ARGUMENTS(one), &val, &err) == 0);
    HOLDS(val, err, 2 + 1.0 / 6, 1e-8);
    CHECK(pcubature(ARGUMENTS(one), &val, &err) == 0);
    HOLDS(val, err, 2 + 1.0 / 6, 1e-8);
    calls = points = 0;
    CHECK(hcubature_v(ARGUMENTS(many), &val, &err) == 0);
    HOLDS(val, err, 2 + 1.0 / 6, 1e-8);
    CHECK(points >= 17 && calls < 2 * points);
    CHECK(pcubature_v(ARGUMENTS(many), &val, &err) == 0);
    HOLDS(val, err, 2 + 1.0 / 6, 1e-8);
    CHECK(pcubature_v_buf(ARGUMENTS(many), m, &buf, &nbuf, 1000, &val, &err) == 0);
    HOLDS(val, err, 2 + 1.0 / 6, 1e-8);
    free(buf);
}

static double norm_of(const double *v, error_norm norm) {
    if (norm == ERROR_L2) return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    if (norm == ERROR_L1) return fabs(v[0]) + fabs(v[1]) + fabs(v[2]);
    return fmax(fabs(v[0]), fmax(fabs(v[1]), fabs(v[2])));
}

static void every_norm_is_met_and_none_asks_for_digits_of_zero(void) {
    const double exact[3] = {exp(1.0) - 1, 1e-3 * 5 / 18, 0};
    const error_norm norms[3] = {ERROR_L2, ERROR_L1, ERROR_LINF};
    double val[3], err[3];
    int k, c;
    for (k = 0; k < 3; k++) {
        points = 0;
        CHECK(hcubature(3, three, NULL, 2, ZERO, ONE, 3000000, 0, 1e-7, norms[k], val, err) == 0);
        CHECK(norm_of(err, norms[k]) <= 1e-7 * norm_of(val, norms[k]));
        for (c = 0; c < 3; c++) CHECK(fabs(val[c] - exact[c]) <= err[c] + 1e-15);
        CHECK(points < 1000000);
        CHECK(hcubature(3, three, NULL, 2, ZERO, ONE, 3000000, 1e-4, 0, norms[k], val, err) == 0);
        CHECK(norm_of(err, norms[k]) <= 1e-4);
    }
    /* Alone, the component that is zero has no digits: only an absolute error can be met. */
    CHECK(hcubature(3, three, NULL, 2, ZERO, ONE, 1000000, 1e-7, 1e-5, ERROR_INDIVIDUAL, val, err) == 0);
    for (c = 0; c < 3; c++) CHECK(fabs(val[c] - exact[c]) <= err[c] && err[c] <= fmax(1e-7, 1e-5 * exact[c]));
}

/* exp(i pi x), times an odd factor: the imaginary part is 2/pi, the real one 0. */
static int complex_number(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    UNUSED(dim), UNUSED(data), UNUSED(fdim);
    points++;
    y[0] = cos(3.141592653589793 * x[0]) * fabs(x[0] - 0.5);
    y[1] = sin(3.141592653589793 * x[0]);
    y[2] = x[0];
    return 0;
}

static void pairs_are_complex_numbers(void) {
    double val[3], err[3];
    points = 0;
    CHECK(hcubature(3, complex_number, NULL, 1, ZERO, ONE, 1000000, 0, 1e-8, ERROR_PAIRED, val, err) == 0);
    CHECK(points < 100000 && hypot(err[0], err[1]) <= 1e-8 * hypot(val[0], val[1]));
    CHECK(fabs(val[0]) <= err[0] + 1e-16 && fabs(val[1] - 2 / 3.141592653589793) <= err[1]);
    HOLDS(val[2], err[2], 0.5, 5e-9);
}

static void limits_may_be_reversed_equal_and_infinite(void) {
    const double whole[2] = {-INFINITY, -INFINITY}, to[2] = {INFINITY, INFINITY};
    double scale = 0, val, err;
    CHECK(hcubature(1, one, &scale, 2, ONE, ZERO, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 0);
    HOLDS(val, err, 1.0 / 6, 1e-9); /* Both sides reversed. */
    CHECK(hcubature(1, one, &scale, 2, ONE, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 0);
    CHECK(val == 0 && err == 0);
    CHECK(hcubature(1, gauss, NULL, 2, whole, to, 0, 0, 1e-8, ERROR_INDIVIDUAL, &val, &err) == 0);
    HOLDS(val, err, 3.141592653589793, 1e-7);
}

static void dimensions_from_none_to_twenty(void) {
    const double up[20] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    double c = 4, val = 0, err = 1;
    CHECK(hcubature(1, constant, &c, 0, NULL, NULL, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 0);
    CHECK(val == 4 && err == 0);
    CHECK(hcubature(0, constant, &c, 1, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, NULL, NULL) == 0);
    CHECK(hcubature(1, gauss, NULL, 20, ZERO, up, 0, 0, 1e-2, ERROR_INDIVIDUAL, &val, &err) == 0);
    CHECK(fabs(val - pow(0.746824132812427, 20)) <= err && err <= 1e-2 * val);
}

static void a_budget_ends_without_failure_and_says_so_in_the_error(void) {
    double val[3], err[3];
    points = 0;
    CHECK(hcubature(3, three, NULL, 2, ZERO, ONE, 1000, 0, 1e-12, ERROR_INDIVIDUAL, val, err) == 0);
    CHECK(points <= 1000 && err[1] > 1e-12 * val[1] && fabs(val[1] - 1e-3 * 5 / 18) <= err[1]);
    points = 0;
    CHECK(hcubature(3, three, NULL, 2, ZERO, ONE, 1, 0, 1e-12, ERROR_INDIVIDUAL, val, err) == 0);
    CHECK(points > 1 && points < 1000);
}

/* Oblique kinks, on which a rule needs millions: |x_1 + ... - b| for two b. */
static int kinks(unsigned dim, size_t n, const double *x, void *data, unsigned fdim, double *y) {
    size_t i;
    unsigned d;
    UNUSED(data), UNUSED(fdim);
    for (i = 0; i < n; i++) {
        double sum = 0;
        for (d = 0; d < dim; d++) sum += x[i * dim + d];
        y[2 * i] = fabs(sum - 2.7);
        y[2 * i + 1] = fabs(sum - 2.2);
    }
    points += n;
    return 0;
}

/* The product of all variables: nothing for a rule. */
static int products(unsigned dim, size_t n, const double *x, void *data, unsigned fdim, double *y) {
    size_t i;
    unsigned d;
    UNUSED(data), UNUSED(fdim);
    for (i = 0; i < n; i++)
        for (y[i] = 1, d = 0; d < dim; d++) y[i] *= x[i * dim + d];
    points += n;
    return 0;
}

static void what_rules_are_slow_at_is_done_by_others_and_errors_hold(void) {
    const double up[6] = {1, 1, 1, 1, 1, 1}, bs[2] = {2.7, 2.2};
    const error_norm norms[2] = {ERROR_INDIVIDUAL, ERROR_L2};
    double val[2], err[2], again[2];
    unsigned dim;
    int k, c;
    for (dim = 4; dim <= 6; dim += 2) {
        for (k = 0; k < 2; k++) {
            points = 0;
            CHECK(hcubature_v(2, kinks, NULL, dim, ZERO, up, 2000000, 0, 1e-3, norms[k], val, err) == 0);
            for (c = 0; c < 2; c++) HOLDS(val[c], err[c], kink_exact((int)dim, bs[c]), 1.5e-3 * val[c]);
            CHECK(points < (k == 0 ? 400000 : 1000000));
            CHECK(pcubature_v(2, kinks, NULL, dim, ZERO, up, 2000000, 0, 1e-3, norms[k], again, err) == 0);
            for (c = 0; c < 2; c++) HOLDS(again[c], err[c], kink_exact((int)dim, bs[c]), 1.5e-3 * val[c]);
        }
        CHECK(hcubature_v(2, kinks, NULL, dim, ZERO, up, 2000000, 0, 1e-3, ERROR_L2, again, err) == 0);
        CHECK(again[0] == val[0] && again[1] == val[1]);
        points = 0;
        CHECK(hcubature_v(2, kinks, NULL, dim, ZERO, up, 20000, 0, 1e-6, ERROR_INDIVIDUAL, val, err) == 0);
        CHECK(points <= 20000 && err[0] > 1e-6 * val[0] && fabs(val[0] - kink_exact((int)dim, 2.7)) <= err[0]);
        /* What a rule is quick at has its evaluations and no more. */
        points = 0;
        CHECK(hcubature_v(1, products, NULL, dim, ZERO, up, 0, 0, 1e-6, ERROR_INDIVIDUAL, val, err) == 0);
        HOLDS(val[0], err[0], pow(0.5, dim), 1e-6 * pow(0.5, dim));
        CHECK(points < 1000);
    }
}

static void a_function_that_fails_is_called_no_more(void) {
    int count = 0;
    double val, err;
    CHECK(hcubature(1, third_call_fails, &count, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    CHECK(count == 3);
    count = 2;
    CHECK(hcubature(1, third_call_fails, &count, 0, NULL, NULL, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) != 0);
}

static void what_makes_no_sense_is_refused(void) {
    const double nan_limit[2] = {0, NAN};
    double c = NAN, val = 0, err = 0;
    CHECK(hcubature(1, constant, &c, 2, ZERO, nan_limit, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    c = 1;
    CHECK(hcubature(1, constant, &c, 2, ZERO, ONE, 0, 0, 1e-9, (error_norm)7, &val, &err) == 1);
}

#ifndef PEER
static pthread_t home;
static int strangers;

static int who(unsigned dim, const double *x, void *data, unsigned fdim, double *y) {
    UNUSED(data), UNUSED(fdim);
    if (!pthread_equal(home, pthread_self())) __atomic_fetch_add(&strangers, 1, __ATOMIC_RELAXED);
    y[0] = fabs(x[0] - 0.3) + fabs(x[dim - 1] - 0.4);
    return 0;
}

static void ours_alone(void) {
    double c = NAN, val = 0, err = 0, again;
    CHECK(hcubature(1, constant, &c, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    CHECK(isnan(val) && isinf(err) && strstr(fubini_message(), "not finite"));
    c = 0;
    CHECK(hcubature(1, constant, &c, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 2);
    CHECK(val == 0 && err == 0 && strstr(fubini_message(), "every value was zero"));
    CHECK(hcubature(1, constant, &c, 2, ZERO, ONE, 0, NAN, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    CHECK(strstr(fubini_message(), "reqAbsError"));
    CHECK(hcubature(1, NULL, &c, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    CHECK(hcubature(1, constant, &c, 2, NULL, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 1);
    CHECK(hcubature(1, constant, &c, 2, ZERO, ONE, 0, 0, 1e-9, ERROR_INDIVIDUAL, NULL, &err) == 1);
    /* Callers that assume one thread have one, unless they say otherwise; the bits are the same. */
    home = pthread_self();
    CHECK(hcubature(1, who, NULL, 3, ZERO, ONE, 200000, 0, 1e-9, ERROR_INDIVIDUAL, &val, &err) == 0);
    CHECK(strangers == 0 && *fubini_message() == 0);
    CHECK(fubini_parallel(1) == 0);
    CHECK(hcubature(1, who, NULL, 3, ZERO, ONE, 200000, 0, 1e-9, ERROR_INDIVIDUAL, &again, &err) == 0);
    CHECK(again == val);
    CHECK(fubini_parallel(0) == 1);
    if (getenv("TWO_CORES")) CHECK(strangers > 0);
}
#endif

int main(void) {
    every_function_is_right();
    every_norm_is_met_and_none_asks_for_digits_of_zero();
    pairs_are_complex_numbers();
    limits_may_be_reversed_equal_and_infinite();
    dimensions_from_none_to_twenty();
    a_budget_ends_without_failure_and_says_so_in_the_error();
    what_rules_are_slow_at_is_done_by_others_and_errors_hold();
    a_function_that_fails_is_called_no_more();
    what_makes_no_sense_is_refused();
#ifndef PEER
    ours_alone();
#endif
    puts("cubature.h: all as it should be");
    return 0;
}
