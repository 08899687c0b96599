/* Every function of fubini.h, and what it returns where something is wrong. Compiles as C and as C++. */
#include "check.h"
#include <fubini.h>
#include <pthread.h>
#include <string.h>

/* x^2 y + *data. */
static int point(const double *x, double *y, void *data) {
    y[0] = x[0] * x[0] * x[1] + *(double *)data;
    return 0;
}

/* exp(-x^2 - y^2), and x^2 times that. */
static int moments(size_t n, const double *const *x, double *const *y, void *data) {
    size_t i;
    UNUSED(data);
    CHECK((size_t)x[0] % 64 == 0 && (size_t)y[1] % 64 == 0);
    for (i = 0; i < n; i++) {
        y[0][i] = exp(-x[0][i] * x[0][i] - x[1][i] * x[1][i]);
        y[1][i] = x[0][i] * x[0][i] * y[0][i];
    }
    return 0;
}

static int kink(const double *x, double *y, void *data) {
    UNUSED(data);
    y[0] = fabs(x[0] + x[1] - 0.7) + sqrt(x[2]);
    return 0;
}

static int not_finite(const double *x, double *y, void *data) {
    y[0] = x[0] > 0.5 ? NAN : *(double *)data;
    return 0;
}

static int fails(const double *x, double *y, void *data) {
    UNUSED(x);
    y[0] = 1;
    return ++*(int *)data == 5;
}

struct seen {
    unsigned steps;
    unsigned char *state;
    size_t length;
    int end_after, finished;
};

static int watch(const fubini_progress *progress, void *data) {
    struct seen *seen = (struct seen *)data;
    size_t length = 0;
    CHECK(fubini_progress_evaluations(progress) > 0 && fubini_progress_error(progress, 0) >= 0);
    CHECK(fubini_progress_value(progress, 0) > 0 && isnan(fubini_progress_value(progress, 9)));
    seen->finished = fubini_progress_finished(progress);
    if (seen->finished) return 0;
    CHECK(fubini_progress_excess(progress) > 0);
    seen->steps++;
    if (seen->steps == 2) {
        const unsigned char *state = fubini_progress_state(progress, &length);
        CHECK(state != NULL && length > 10 && memcmp(state, "fubini-", 7) == 0);
        seen->state = (unsigned char *)malloc(length);
        seen->length = length;
        memcpy(seen->state, state, length);
    }
    return seen->end_after != 0 && (int)seen->steps >= seen->end_after;
}

static void a_function_of_points_over_the_unit_square(void) {
    double data = 3;
    fubini_request *request = fubini_new(2, 1);
    fubini_report *report = NULL;
    CHECK(fubini_set_point(request, point, &data) == FUBINI_OK);
    CHECK(fubini_set_tolerance(request, 1e-10, 0) == FUBINI_OK && fubini_set_method(request, "cuhre") == FUBINI_OK);
    CHECK(fubini_integrate(request, &report) == FUBINI_OK && *fubini_message() == 0);
    CHECK(fubini_report_converged(report));
    HOLDS(fubini_report_value(report, 0), fubini_report_error(report, 0), 3 + 1.0 / 6, 1e-9);
    CHECK(isnan(fubini_report_value(report, 1)) && isnan(fubini_report_covariance(report, 0, 0)));
    CHECK(strcmp(fubini_report_stop(report), "converged") == 0 && fubini_report_suspect(report) == NULL);
    CHECK(strcmp(fubini_report_method(report), "cuhre") == 0 && strcmp(fubini_report_error_kind(report), "bound") == 0);
    CHECK(fubini_report_evaluations(report) > 0 && fubini_report_non_finite(report) == 0);
    CHECK(fubini_report_seconds(report) >= fubini_report_integrand_seconds(report) && fubini_report_threads(report) == 1);
    CHECK(fubini_report_detail(report, "degree") == 13 && isnan(fubini_report_detail(report, "walkers")));
    fubini_report_free(report);
    fubini_free(request);
}

static void columns_infinite_limits_and_a_ratio(void) {
    const char *const methods[] = {"auto", "cuhre", "genz-malik", "qmc", "vegas"};
    size_t k;
    for (k = 0; k < 5; k++) {
        fubini_request *request = fubini_new(2, 2);
        fubini_report *report = NULL;
        CHECK(fubini_set_batch(request, moments, NULL) == FUBINI_OK);
        CHECK(fubini_set_limits(request, 0, -INFINITY, INFINITY) == FUBINI_OK);
        CHECK(fubini_set_limits(request, 1, 0, INFINITY) == FUBINI_OK);
        CHECK(fubini_add_ratio(request, 1, 0) == FUBINI_OK && fubini_set_tolerance(request, 1e-3, 0) == FUBINI_OK);
        CHECK(fubini_set_method(request, methods[k]) == FUBINI_OK && fubini_set_seed(request, 5) == FUBINI_OK);
        CHECK(fubini_integrate(request, &report) == FUBINI_OK && fubini_report_converged(report));
        CHECK(fabs(fubini_report_ratio_value(report, 0) - 0.5) <= 4 * fubini_report_ratio_error(report, 0));
        CHECK(fubini_report_ratio_error(report, 0) <= 0.5e-3 * 1.01 && isnan(fubini_report_ratio_value(report, 1)));
        CHECK(k != 4 || fubini_report_covariance(report, 0, 0) > 0);
        CHECK(k == 0 || strcmp(fubini_report_method(report), methods[k]) == 0);
        fubini_report_free(report);
        CHECK(fubini_set_target(request, "each") == FUBINI_OK && fubini_integrate(request, &report) == FUBINI_OK);
        CHECK(fabs(fubini_report_value(report, 0) - 1.5707963267948966) <= 5 * fubini_report_error(report, 0));
        fubini_report_free(report);
        fubini_free(request);
    }
}

static void a_run_ends_and_goes_on_to_the_same_bits(void) {
    struct seen seen = {0, NULL, 0, 2, 0};
    fubini_request *request = fubini_new(3, 1);
    fubini_report *whole, *part, *resumed;
    fubini_set_point(request, kink, NULL);
    fubini_set_tolerance(request, 1e-3, 0);
    fubini_set_label(request, "a kink");
    fubini_set_method(request, "cuhre");
    CHECK(fubini_integrate(request, &whole) == FUBINI_OK);
    CHECK(fubini_set_observer(request, watch, &seen) == FUBINI_OK);
    CHECK(fubini_integrate(request, &part) == FUBINI_OK && strcmp(fubini_report_stop(part), "cancelled") == 0);
    CHECK(!fubini_report_converged(part) && seen.steps == 2);
    CHECK(fubini_set_resume(request, seen.state, seen.length) == FUBINI_OK);
    seen.end_after = 0;
    seen.steps = 10;
    CHECK(fubini_integrate(request, &resumed) == FUBINI_OK && seen.finished && seen.steps > 10);
    CHECK(fubini_report_value(resumed, 0) == fubini_report_value(whole, 0));
    CHECK(fubini_report_error(resumed, 0) == fubini_report_error(whole, 0));
    fubini_report_free(resumed);
    seen.state[seen.length / 2] ^= 1;
    CHECK(fubini_set_resume(request, seen.state, seen.length) == FUBINI_OK);
    CHECK(fubini_integrate(request, &resumed) == FUBINI_REQUEST && resumed == NULL && *fubini_message());
    CHECK(fubini_set_resume(request, NULL, 0) == FUBINI_OK && fubini_set_observer(request, NULL, NULL) == FUBINI_OK);
    /* On all cores: the same bits. */
    CHECK(fubini_set_threads(request, 0) == FUBINI_OK && fubini_integrate(request, &resumed) == FUBINI_OK);
    CHECK(fubini_report_value(resumed, 0) == fubini_report_value(whole, 0));
    fubini_report_free(resumed);
    free(seen.state);
    fubini_report_free(whole);
    fubini_report_free(part);
    fubini_free(request);
}

static void what_goes_wrong_has_a_code_and_a_text(void) {
    const double hint[2] = {0.5, 0.5};
    double one = 1;
    int count = 0;
    fubini_request *request = fubini_new(2, 1);
    fubini_report *report;
    CHECK(fubini_integrate(request, &report) == FUBINI_REQUEST && report == NULL && strstr(fubini_message(), "fubini_set_point"));
    CHECK(fubini_set_point(request, NULL, NULL) == FUBINI_REQUEST && fubini_set_batch(request, NULL, NULL) == FUBINI_REQUEST);
    CHECK(fubini_set_limits(request, 2, 0, 1) == FUBINI_REQUEST && strstr(fubini_message(), "variable 2"));
    CHECK(fubini_set_method(request, "cuhrr") == FUBINI_REQUEST && strstr(fubini_message(), "did you mean cuhre?"));
    CHECK(fubini_set_method(request, NULL) == FUBINI_REQUEST);
    CHECK(fubini_set_method(request, "cuhre") == FUBINI_OK && fubini_set_knob(request, "degree", 9) == FUBINI_OK);
    CHECK(fubini_set_knob(request, "colour", 9) == FUBINI_REQUEST);
    CHECK(fubini_set_error_level(request, "bold") == FUBINI_REQUEST && fubini_set_error_level(request, "guarded") == FUBINI_OK);
    CHECK(fubini_set_target(request, "all") == FUBINI_REQUEST && fubini_set_threads(request, 1000000) == FUBINI_REQUEST);
    CHECK(fubini_add_hint(request, NULL) == FUBINI_REQUEST && fubini_add_hint(request, hint) == FUBINI_OK);
    CHECK(fubini_set_point(request, point, &one) == FUBINI_OK && fubini_set_max_memory(request, 1 << 30) == FUBINI_OK);
    CHECK(fubini_set_max_evals(request, 3) == FUBINI_OK && fubini_integrate(request, &report) == FUBINI_REQUEST);
    CHECK(strstr(fubini_message(), "max_evals is 3"));
    fubini_set_max_evals(request, 100000);
    CHECK(fubini_set_tolerance(request, -1, 0) == FUBINI_OK && fubini_integrate(request, &report) == FUBINI_REQUEST);
    fubini_set_tolerance(request, 1e-6, 0);
    CHECK(fubini_add_complex(request, 0) == FUBINI_OK && fubini_integrate(request, &report) == FUBINI_REQUEST);
    CHECK(fubini_integrate(request, NULL) == FUBINI_REQUEST && fubini_integrate(NULL, &report) == FUBINI_REQUEST);
    fubini_free(request);
    request = fubini_new(2, 1);
    fubini_set_point(request, not_finite, &one);
    CHECK(fubini_integrate(request, &report) == FUBINI_NOT_FINITE && strstr(fubini_message(), "not finite"));
    fubini_set_point(request, fails, &count);
    CHECK(fubini_integrate(request, &report) == FUBINI_INTEGRAND && count == 5);
    one = 0;
    fubini_set_point(request, not_finite, &one);
    fubini_set_limits(request, 0, 0, 0.25);
    fubini_set_max_evals(request, 100000);
    CHECK(fubini_integrate(request, &report) == FUBINI_OK && !fubini_report_converged(report));
    CHECK(strstr(fubini_report_suspect(report), "every value was zero"));
    fubini_report_free(report);
    fubini_free(request);
    CHECK(fubini_set_seed(NULL, 1) == FUBINI_REQUEST && strstr(fubini_message(), "request is a null pointer"));
    CHECK(isnan(fubini_report_value(NULL, 0)) && fubini_report_stop(NULL) == NULL && fubini_report_converged(NULL) == 0);
    CHECK(isnan(fubini_progress_excess(NULL)) && fubini_progress_state(NULL, NULL) == NULL);
    fubini_free(NULL);
    fubini_report_free(NULL);
    request = fubini_new(0, 1);
    fubini_set_point(request, point, &one);
    CHECK(fubini_integrate(request, &report) == FUBINI_REQUEST);
    fubini_free(request);
    CHECK(strchr(fubini_version(), '.') != NULL);
}

static void *at_once(void *data) {
    fubini_report *report;
    double *result = (double *)malloc(sizeof(double));
    int k;
    for (k = 0; k < 2; k++) {
        CHECK(fubini_integrate((fubini_request *)data, &report) == FUBINI_OK);
        *result = fubini_report_value(report, 0);
        fubini_report_free(report);
    }
    return result;
}

static void threads_share_a_request(void) {
    fubini_request *request = fubini_new(3, 1);
    pthread_t threads[4];
    void *results[4];
    int k;
    fubini_set_point(request, kink, NULL);
    fubini_set_tolerance(request, 1e-3, 0);
    fubini_set_method(request, "genz-malik");
    for (k = 0; k < 4; k++) CHECK(pthread_create(&threads[k], NULL, at_once, request) == 0);
    for (k = 0; k < 4; k++) CHECK(pthread_join(threads[k], &results[k]) == 0);
    for (k = 0; k < 4; k++) CHECK(*(double *)results[k] == *(double *)results[0]);
    for (k = 0; k < 4; k++) free(results[k]);
    fubini_free(request);
}

int main(void) {
    a_function_of_points_over_the_unit_square();
    columns_infinite_limits_and_a_ratio();
    a_run_ends_and_goes_on_to_the_same_bits();
    what_goes_wrong_has_a_code_and_a_text();
    threads_share_a_request();
    puts("fubini.h: all as it should be");
    return 0;
}
