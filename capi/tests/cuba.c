/* Every function, flag, argument and return code of cuba.h. Compiles as C and as C++, against our header and Cuba's own; with the
 * latter (PEER) what only ours declares is left out. */
#include <stddef.h>
#include "check.h"
#include <cuba.h>
#include <string.h>
#include <unistd.h>

static const double EXACT = 0.6646696797813771; /* sin x cos y exp z over the unit cube */
static int regions, evaluations, fail;
static double integral[2], error[2], prob[2];

static int smooth(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    CHECK(*ndim == 3 && *ncomp == 1);
    if (userdata) ++*(int *)userdata;
    f[0] = sin(x[0]) * cos(x[1]) * exp(x[2]);
    return 0;
}

static int most_points;

/* As Cuba calls it: many points, the core, weights and the iteration. */
static int rows(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata, const int *nvec, const int *core,
                const double *weight, const int *iter) {
    int i;
    UNUSED(userdata);
    CHECK(*core == 32768 && isnan(weight[0]) && isnan(weight[*nvec - 1]) && *iter == 1);
    if (*nvec > most_points) most_points = *nvec;
    for (i = 0; i < *nvec; i++) {
        f[i * *ncomp] = sin(x[i * *ndim]) * cos(x[i * *ndim + 1]) * exp(x[i * *ndim + 2]);
        f[i * *ncomp + 1] = x[i * *ndim] + 2;
    }
    return 0;
}

static int phased(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata, const int *nvec, const int *core,
                  const int *phase) {
    CHECK(*nvec == 1 && *core == 32768 && *phase == 2);
    return smooth(ndim, x, ncomp, f, userdata);
}

static int kink(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    UNUSED(ndim), UNUSED(ncomp);
    if (userdata) ++*(int *)userdata;
    f[0] = fabs(x[0] + x[1] + x[2] - 1.3);
    return 0;
}

static int zero(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    UNUSED(ndim), UNUSED(x), UNUSED(ncomp), UNUSED(userdata);
    f[0] = 0;
    return 0;
}

static int not_finite(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    UNUSED(ndim), UNUSED(x), UNUSED(ncomp), UNUSED(userdata);
    f[0] = NAN;
    return 0;
}

static int aborts(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    UNUSED(ndim), UNUSED(x), UNUSED(ncomp);
    f[0] = 1;
    return ++*(int *)userdata == 10 ? -999 : 5;
}

/* A Gaussian peak of width 2e-3 whose integral is 1; far from it exactly zero. */
static int spike(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    const double s = 2e-3, centre[5] = {0.23, 0.61, 0.45, 0.87, 0.12};
    double r = 0;
    int d;
    UNUSED(ncomp), UNUSED(userdata);
    for (d = 0; d < *ndim; d++) r += (x[d] - centre[d]) * (x[d] - centre[d]) / (s * s);
    f[0] = r > 200 ? 0 : exp(-r / 2) / pow(2 * 3.141592653589793 * s * s, *ndim / 2.0);
    return 0;
}

static int found;

static void finder(const int *ndim, const double b[], int *n, double x[], void *userdata) {
    CHECK(*ndim == 5 && *n == 2 && b[0] == 0 && b[9] == 1);
    UNUSED(userdata);
    found++;
    *n = 1;
    x[0] = 0.231, x[1] = 0.611, x[2] = 0.451, x[3] = 0.871, x[4] = 0.121;
}

#define PROBLEM(f, data) 3, 1, f, data, 1, 1e-4, 1e-12
#define OUT &evaluations, &fail, integral, error, prob
#define SUAVE 1000, 2, 25.0
#define DIVONNE 47, 1, 1, 5, 0.0, 10.0, 0.25
#define NO_PEAKS 0, 3, NULL, 0, NULL
#define RIGHT(exact)                                                                                                       \
    CHECK(fail == 0 && fabs(integral[0] - exact) <= 4 * error[0] && error[0] <= 1e-4 * fabs(exact) * 1.001 && prob[0] >= 0 && \
          prob[0] < 0.999 && evaluations > 0)

static void every_algorithm_is_right(void) {
    int calls = 0;
    Vegas(PROBLEM(smooth, &calls), 0, 0, 0, 10000000, 1000, 500, 1000, 0, NULL, NULL, OUT);
    RIGHT(EXACT);
    CHECK(calls == evaluations);
    Suave(PROBLEM(smooth, NULL), 4, 0, 0, 1000000, SUAVE, NULL, NULL, &regions, OUT);
    RIGHT(EXACT);
    CHECK(regions >= 1);
    Divonne(PROBLEM((integrand_t)phased, NULL), 0, 7, 0, 1000000, DIVONNE, NO_PEAKS, NULL, NULL, &regions, OUT);
    RIGHT(EXACT);
    calls = 0;
    Cuhre(PROBLEM(smooth, &calls), 0, 0, 50000, 0, NULL, NULL, &regions, OUT);
    RIGHT(EXACT);
    CHECK(calls == evaluations && regions >= 1 && prob[0] == 0);
}

static void keys_choose_the_rule(void) {
    const int keys[] = {7, 9, 11, 13, 0};
    int seen[5], k;
    for (k = 0; k < 5; k++) {
        Cuhre(3, 1, smooth, NULL, 1, 1e-13, 0, 0, 0, 20000, keys[k], NULL, NULL, &regions, OUT);
        CHECK(fabs(integral[0] - EXACT) <= error[0] + 1e-15);
        seen[k] = evaluations;
    }
    CHECK(seen[0] != seen[1] && seen[1] != seen[2] && seen[2] == seen[4] && seen[3] == seen[4]);
}

static void many_points_come_in_rows_and_no_more_than_nvec(void) {
    const int nvec[] = {7, 1024};
    int k;
    for (k = 0; k < 2; k++) {
        most_points = 0;
        Cuhre(3, 2, (integrand_t)rows, NULL, nvec[k], 1e-9, 0, 0, 0, 100000, 0, NULL, NULL, &regions, OUT);
        CHECK(fail == 0 && most_points <= nvec[k] && most_points > nvec[k] / 4);
        CHECK(fabs(integral[0] - EXACT) <= error[0] && fabs(integral[1] - 2.5) <= error[1] + 1e-15 && prob[1] == 0);
        Vegas(3, 2, (integrand_t)rows, NULL, nvec[k], 1e-3, 0, 0, 1, 0, 1000000, 1000, 500, 1000, 0, NULL, NULL, OUT);
        CHECK(fail == 0 && fabs(integral[1] - 2.5) <= 5 * error[1]);
    }
}

static void the_budget_is_a_ceiling_and_a_floor(void) {
    double before;
    int bad;
    Cuhre(3, 1, kink, NULL, 1, 1e-12, 0, 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 1 && evaluations <= 5000 && error[0] > 1e-12 * integral[0]);
    Cuhre(3, 1, smooth, NULL, 1, 1e-3, 0, 0, 0, 50000, 0, NULL, NULL, &regions, OUT);
    before = error[0];
    bad = evaluations;
    Cuhre(3, 1, smooth, NULL, 1, 1e-3, 0, 0, 5000, 50000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 0 && bad < 3000 && evaluations > 4000 && evaluations <= 50000 && error[0] < before);
    Vegas(3, 1, smooth, NULL, 1, 1e-1, 0, 0, 0, 200000, 10000000, 1000, 500, 1000, 0, NULL, NULL, OUT);
    CHECK(fail == 0 && evaluations > 100000 && fabs(integral[0] - EXACT) <= 5 * error[0]);
    /* Less than a first rule needs is raised to that. */
    Cuhre(3, 1, smooth, NULL, 1, 1e-15, 0, 0, 0, 1, 0, NULL, NULL, &regions, OUT);
    CHECK(evaluations > 1 && evaluations < 1000);
}

static int kink_of_six(const int *ndim, const double x[], const int *ncomp, double f[], void *userdata) {
    CHECK(*ndim == 6 && *ncomp == 1);
    if (userdata) ++*(int *)userdata;
    f[0] = fabs(x[0] + x[1] + x[2] + x[3] + x[4] + x[5] - 2.7);
    return 0;
}

static void what_rules_are_slow_at_is_done_by_others_and_errors_hold(void) {
    char file[] = P_tmpdir "/fubini-cuba-state-XXXXXX";
    const double exact = kink_exact(6, 2.7);
    double whole, of_whole;
    int calls = 0, evaluations_of_whole, handle = mkstemp(file);
#define SIX(data, key, max, file) Cuhre(6, 1, kink_of_six, data, 1, 1e-3, 0, 16, 0, max, key, file, NULL, &regions, OUT)
    SIX(&calls, 0, 1000000, NULL);
    CHECK(fail == 0 && calls == evaluations && evaluations < 400000);
    CHECK(fabs(integral[0] - exact) <= error[0] && error[0] <= 1e-3 * integral[0]);
    whole = integral[0], of_whole = error[0], evaluations_of_whole = evaluations;
    /* Who asks for a rule has that. */
    SIX(NULL, 7, 100000, NULL);
    CHECK(fail == 1 && evaluations <= 100000 && fabs(integral[0] - exact) <= error[0]);
    /* The state of either part is gone on from, to the same bits. */
    CHECK(handle >= 0 && close(handle) == 0);
    SIX(NULL, 0, 4000, file);
    CHECK(fail == 1 && evaluations <= 4000);
    SIX(NULL, 0, 30000, file);
    CHECK(fail == 1 && evaluations <= 30000);
    calls = 0;
    SIX(&calls, 0, 1000000, file);
    CHECK(fail == 0 && calls < evaluations && fabs(integral[0] - exact) <= error[0] && error[0] <= 1e-3 * integral[0]);
    calls = 0;
    SIX(&calls, 0, 1000000, file);
    CHECK(fail == 0 && calls < 1000);
    unlink(file);
    SIX(NULL, 0, 1000000, file);
    CHECK(integral[0] == whole && error[0] == of_whole && evaluations == evaluations_of_whole);
    unlink(file);
}

static void what_cannot_be_has_a_code(void) {
    int calls = 0;
    fail = 0;
    Cuhre(0, 1, smooth, NULL, 1, 1e-3, 0, 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == -1);
    Vegas(-3, 1, smooth, NULL, 1, 1e-3, 0, 0, 0, 0, 5000, 1000, 500, 1000, 0, NULL, NULL, OUT);
    CHECK(fail == -1);
    Cuhre(3, 0, smooth, NULL, 1, 1e-3, 0, 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == -2);
    Suave(PROBLEM(aborts, &calls), 0, 0, 0, 5000, SUAVE, NULL, NULL, &regions, OUT);
    CHECK(fail == -99 && calls == 10);
    Cuhre(PROBLEM(not_finite, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 1 && isnan(integral[0]) && isinf(error[0]) && prob[0] == 1);
    Cuhre(PROBLEM(zero, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 1 && integral[0] == 0 && prob[0] == 1);
}

static void peaks_that_are_given_or_found_are_integrated(void) {
    /* Six numbers apart; the second one lies outside and is left out. */
    double given[] = {0.231, 0.611, 0.451, 0.871, 0.121, -7, 0.2, 2, 0.5, 0.5, 0.5, -7};
#define SPIKE 5, 1, spike, NULL, 1, 5e-3, 0, 0, 0, 0, 3000000, DIVONNE
    /* Nobody tells where it is: nothing but its tail is found, and nothing is claimed. */
    Divonne(SPIKE, 0, 6, NULL, 0, NULL, NULL, NULL, &regions, OUT);
    CHECK(fail == 1 && fabs(integral[0]) < 1e-9);
    Divonne(SPIKE, 2, 6, given, 0, NULL, NULL, NULL, &regions, OUT);
    CHECK(fail == 0 && fabs(integral[0] - 1) <= 4 * error[0] && error[0] < 5.1e-3);
    integral[0] = 0;
    Divonne(SPIKE, 0, 5, NULL, 2, finder, NULL, NULL, &regions, OUT);
    CHECK(found == 1 && fail == 0 && fabs(integral[0] - 1) <= 4 * error[0]);
}

static void seeds_choose_the_points(void) {
    double first[3];
    int k;
    const int seeds[] = {1, 1, 2};
    for (k = 0; k < 3; k++) {
        Vegas(3, 1, smooth, NULL, 1, 1e-2, 0, 0, seeds[k], 0, 1000000, 1000, 500, 1000, 0, NULL, NULL, OUT);
        first[k] = integral[0];
    }
    CHECK(first[0] == first[1] && first[0] != first[2]);
}

static void state_files_hold_a_run_that_goes_on(void) {
    char file[] = P_tmpdir "/fubini-cuba-state-XXXXXX", foreign[] = P_tmpdir "/fubini-cuba-text-XXXXXX";
    FILE *text;
    double whole;
    int calls = 0, handle = mkstemp(file);
    CHECK(handle >= 0);
    close(handle);
    Cuhre(3, 1, kink, NULL, 1, 1e-4, 0, 0, 0, 3000000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 0);
    whole = integral[0];
    Cuhre(3, 1, kink, NULL, 1, 1e-4, 0, 0, 0, 3000, 0, file, NULL, &regions, OUT);
    CHECK(fail == 1 && access(file, R_OK) == 0);
    /* With flag 16 the file stays, and what is there is done; with flag 32 it is not read. */
    Cuhre(3, 1, kink, &calls, 1, 1e-4, 0, 16, 0, 3000000, 0, file, NULL, &regions, OUT);
    CHECK(fail == 0 && calls < evaluations && access(file, R_OK) == 0);
    CHECK(fabs(integral[0] - whole) <= 1e-4);
    calls = 0;
    Cuhre(3, 1, kink, &calls, 1, 1e-4, 0, 16 | 32, 0, 3000000, 0, file, NULL, &regions, OUT);
    CHECK(fail == 0 && calls >= evaluations && integral[0] == whole);
    calls = 0;
    /* The state of another run is left alone, and no harm is done. */
    Cuhre(3, 1, smooth, &calls, 1, 1e-4, 0, 0, 0, 3000000, 0, file, NULL, &regions, OUT);
    CHECK(fail == 0 && fabs(integral[0] - EXACT) <= error[0] && access(file, R_OK) == 0);
    /* Without flag 16 a run that is done removes it. */
    Cuhre(3, 1, kink, &calls, 1, 1e-4, 0, 0, 0, 3000000, 0, file, NULL, &regions, OUT);
    CHECK(fail == 0 && access(file, R_OK) != 0);
    /* Neither is a text that is no state ever replaced. */
    handle = mkstemp(foreign);
    text = fdopen(handle, "w");
    fputs("my thesis\n", text);
    fclose(text);
    Vegas(PROBLEM(smooth, NULL), 0, 0, 0, 50000, 1000, 500, 1000, 0, foreign, NULL, OUT);
    text = fopen(foreign, "r");
    CHECK(fgetc(text) == 'm');
    fclose(text);
    unlink(foreign);
}

/* Of what a call prints, whether it has these words. */
static int prints(int flags, const char *words) {
    char name[] = P_tmpdir "/fubini-cuba-out-XXXXXX", line[4000];
    int there = 0, saved = dup(1), handle = mkstemp(name);
    FILE *text;
    fflush(stdout);
    dup2(handle, 1);
    Cuhre(PROBLEM(kink, NULL), flags, 0, 20000, 0, NULL, NULL, &regions, OUT);
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    close(handle);
    text = fopen(name, "r");
    while (fgets(line, sizeof line, text)) there |= *words == 0 || strstr(line, words) != NULL;
    fclose(text);
    unlink(name);
    return there;
}

static void flags_say_how_much_is_printed(void) {
    CHECK(!prints(0, "") && !prints(4 | 8, ""));
    CHECK(prints(1, "evaluations so far") && !prints(1, "epsrel"));
    CHECK(prints(2, "epsrel") && !prints(2, "regions"));
    CHECK(prints(3, "regions"));
}

#ifndef PEER
static long long many_evaluations;

static int counts, wrong_core;

static void hook(void *argument, const int *core) {
    ++*(int *)argument;
    wrong_core |= *core != 32768;
}

static void ours_alone(void) {
    double again;
    void *spin = &counts;
#define LL_OUT &many_evaluations, &fail, integral, error, prob
#define RIGHT_LL CHECK(fail == 0 && fabs(integral[0] - EXACT) <= 4 * error[0] && many_evaluations > 0)
    cubainit((void (*)(void))NULL, NULL);
    llVegas(PROBLEM(smooth, NULL), 0, 0, 0, 10000000LL, 1000, 500, 1000, 0, NULL, NULL, LL_OUT);
    RIGHT_LL;
    llSuave(PROBLEM(smooth, NULL), 0, 0, 0, 20000000000LL, SUAVE, NULL, NULL, &regions, LL_OUT);
    RIGHT_LL;
    llDivonne(PROBLEM(smooth, NULL), 0, 0, 0, 1000000, DIVONNE, NO_PEAKS, NULL, NULL, &regions, LL_OUT);
    RIGHT_LL;
    llCuhre(PROBLEM(smooth, NULL), 0, 0, 1000000, 0, NULL, NULL, &regions, LL_OUT);
    RIGHT_LL;
    CHECK(*fubini_message() == 0);
    Cuhre(PROBLEM(zero, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(fail == 1 && strstr(fubini_message(), "every value was zero"));
    Cuhre(PROBLEM(kink, NULL), 0, 0, 2000, 0, NULL, NULL, &regions, OUT);
    again = integral[0];
    CHECK(fubini_parallel(1) == 0);
    cubacores(2, 1000);
    cubaaccel(0, 1000);
    Cuhre(PROBLEM(kink, NULL), 0, 0, 2000, 0, NULL, NULL, &regions, OUT);
    CHECK(integral[0] == again && fubini_parallel(0) == 1);
    cubafork(&spin);
    CHECK(spin == NULL);
    cubawait(&spin);
    cubafork(NULL);
}

static void hooks_are_called_around_a_run(void) {
    int before = 0, after = 0;
    cubainit((void (*)(void))hook, &before);
    cubaexit((void (*)(void))hook, &after);
    Cuhre(PROBLEM(smooth, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    Cuhre(PROBLEM(smooth, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(before == 2 && after == 2 && !wrong_core);
    cubainit(NULL, NULL);
    cubaexit(NULL, NULL);
    Cuhre(PROBLEM(smooth, NULL), 0, 0, 5000, 0, NULL, NULL, &regions, OUT);
    CHECK(before == 2 && after == 2);
}
#endif

int main(void) {
    every_algorithm_is_right();
    keys_choose_the_rule();
    many_points_come_in_rows_and_no_more_than_nvec();
    the_budget_is_a_ceiling_and_a_floor();
    what_rules_are_slow_at_is_done_by_others_and_errors_hold();
    what_cannot_be_has_a_code();
    peaks_that_are_given_or_found_are_integrated();
    seeds_choose_the_points();
    state_files_hold_a_run_that_goes_on();
    flags_say_how_much_is_printed();
#ifndef PEER
    ours_alone();
    hooks_are_called_around_a_run();
#endif
    puts("cuba.h: all as it should be");
    return 0;
}
