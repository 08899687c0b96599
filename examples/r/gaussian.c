/* What R calls: the integral of exp(-width |x|^2) over the plane. See integral.R. */
#include <fubini.h>
#include <math.h>

static int gaussian(const double *x, double *y, void *width) {
    y[0] = exp(-*(double *)width * (x[0] * x[0] + x[1] * x[1]));
    return 0;
}

void gaussian_integral(double *width, double *rtol, double *value, double *error, int *converged) {
    fubini_request *request = fubini_new(2, 1);
    fubini_report *report;
    fubini_set_point(request, gaussian, width);
    fubini_set_limits(request, 0, -INFINITY, INFINITY);
    fubini_set_limits(request, 1, -INFINITY, INFINITY);
    fubini_set_tolerance(request, *rtol, 0);
    *converged = fubini_integrate(request, &report) == FUBINI_OK && fubini_report_converged(report);
    *value = fubini_report_value(report, 0);
    *error = fubini_report_error(report, 0);
    fubini_report_free(report);
    fubini_free(request);
}
