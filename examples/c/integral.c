/* Two integrals over half of the plane and their ratio, by fubini.h:
 *
 *     gcc integral.c $(pkg-config --cflags --libs fubini) -lm
 *
 * The mean of x^2 for a Gaussian of variance 1/2 is 1/2.
 */
#include <fubini.h>
#include <math.h>
#include <stdio.h>

/* Columns: variable d of point i is x[d][i]. Compilers make vectors of such a loop. */
static int gaussian(size_t n, const double *const *x, double *const *y, void *width) {
    const double scale = -1 / (*(double *)width * *(double *)width);
    for (size_t i = 0; i < n; i++) {
        y[1][i] = exp(scale * (x[0][i] * x[0][i] + x[1][i] * x[1][i]));
        y[0][i] = x[0][i] * x[0][i] * y[1][i];
    }
    return 0;
}

static int show(const fubini_progress *progress, void *steps) {
    ++*(int *)steps;
    return fubini_progress_evaluations(progress) > 10000000; /* Enough is enough. */
}

int main(void) {
    double width = 1;
    int steps = 0;
    fubini_request *request = fubini_new(2, 2);
    fubini_set_batch(request, gaussian, &width);
    fubini_set_limits(request, 0, -INFINITY, INFINITY);
    fubini_set_limits(request, 1, 0, INFINITY);
    fubini_set_tolerance(request, 1e-9, 0);
    fubini_add_ratio(request, 0, 1);
    fubini_set_observer(request, show, &steps);
    fubini_set_threads(request, 0); /* The integrand may be called from all cores at once. */

    fubini_report *report;
    if (fubini_integrate(request, &report) != FUBINI_OK) {
        fprintf(stderr, "%s\n", fubini_message());
        return 1;
    }
    const double mean = fubini_report_ratio_value(report, 0), error = fubini_report_ratio_error(report, 0);
    printf("mean of x^2: %.12f +- %.1e, %s after %llu points in %d steps\n", mean, error, fubini_report_stop(report),
           (unsigned long long)fubini_report_evaluations(report), steps);
    const int right = fubini_report_converged(report) && fabs(mean - 0.5) <= error;
    fubini_report_free(report);
    fubini_free(request);
    return !right;
}
