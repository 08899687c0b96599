/* The C interface of fubini: multidimensional integrals with stated errors that you can check.
 *
 *     fubini_request *request = fubini_new(2, 1);         two variables, one integral, over the unit square at first
 *     fubini_set_point(request, f, NULL);
 *     fubini_set_limits(request, 1, 0, INFINITY);
 *     fubini_set_tolerance(request, 1e-8, 0);
 *     fubini_report *report;
 *     if (fubini_integrate(request, &report)) fprintf(stderr, "%s\n", fubini_message());
 *     else printf("%.10g +- %.1g\n", fubini_report_value(report, 0), fubini_report_error(report, 0));
 *     fubini_report_free(report);
 *     fubini_free(request);
 *
 * Functions that return int return a fubini_code, 0 where all is well. Texts are UTF-8 and belong to the library. Indices count
 * from 0. No panic, exception or signal of the library crosses this border; functions of yours must not throw or jump across it.
 *
 * Threads: any number of threads may integrate at once, even the same request as long as nobody changes it. Your functions are
 * called from the thread that called fubini_integrate alone, unless fubini_set_threads allows more.
 *
 * Licence: MIT or Apache-2.0, as all of fubini.
 */
#ifndef FUBINI_H
#define FUBINI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns. */
typedef enum {
    FUBINI_OK = 0,         /* done; whether the tolerance was met is in the report */
    FUBINI_REQUEST = 1,    /* the request makes no sense: fubini_message() names what and the remedy */
    FUBINI_INTEGRAND = 2,  /* the integrand returned something else than 0, and was called no more */
    FUBINI_NOT_FINITE = 3, /* the integrand is infinite or NaN at too many points, or its sums exceed the largest double */
    FUBINI_FAULT = 4       /* a fault of the library, please report it */
} fubini_code;

/* What is asked. Made by fubini_new, freed by fubini_free. */
typedef struct fubini_request fubini_request;
/* What came out. Made by fubini_integrate, freed by fubini_report_free. */
typedef struct fubini_report fubini_report;
/* A run between two steps, good during the call of an observer. */
typedef struct fubini_progress fubini_progress;

/* An integrand of one point: reads the variables x[0 .. dim-1] and writes y[0 .. components-1]. Returns 0, or anything else to end
 * the run with FUBINI_INTEGRAND. Values that are not finite count as zero and are reported. */
typedef int (*fubini_point)(const double *x, double *y, void *user_data);

/* An integrand of n points at once, in columns: variable d of point i is x[d][i], and value c there goes to y[c][i]. Columns start
 * at multiples of 64 bytes. n is some hundreds or thousands, never the same. Returns as fubini_point. */
typedef int (*fubini_batch)(size_t n, const double *const *x, double *const *y, void *user_data);

/* Called after every step of a run. Returns 0 to go on, anything else to end the run with what has been found ("cancelled"). */
typedef int (*fubini_observer)(const fubini_progress *progress, void *user_data);

/* Why the last function that returned a fubini_code on this thread did not return 0, in English; empty if it did. Good until the next
 * such call on this thread. */
const char *fubini_message(void);
/* The version of the library, such as "0.1.0". */
const char *fubini_version(void);

/* ---- Requests ---- */

/* A request for the integrals of `components` functions of `dim` variables over the unit cube, with a relative tolerance of 1e-6, by
 * method "auto", on one thread, with at most 300 million points and half the free memory. */
fubini_request *fubini_new(size_t dim, size_t components);
/* Frees a request; NULL is fine. */
void fubini_free(fubini_request *request);

/* Sets the integrand, in place of any before. user_data is handed to every call and never looked at. */
int fubini_set_point(fubini_request *request, fubini_point f, void *user_data);
int fubini_set_batch(fubini_request *request, fubini_batch f, void *user_data);
/* Sets the limits of a variable; they may be -INFINITY and INFINITY. Reversed limits change the sign. */
int fubini_set_limits(fubini_request *request, size_t variable, double lo, double hi);
/* Sets the method: "auto", "cuhre", "genz-malik", "qmc", "vegas" or "vmc", and forgets all knobs. The guide says which one when. */
int fubini_set_method(fubini_request *request, const char *name);
/* Sets a number of the method's own, such as "degree" of cuhre or "replicates" of qmc. */
int fubini_set_knob(fubini_request *request, const char *name, double value);
/* Asks for error <= max(atol, rtol |value|) of every integral, or of every ratio where there is one. Default 1e-6 and 0. */
int fubini_set_tolerance(fubini_request *request, double rtol, double atol);
/* Sets the ceiling on points at which the integrand is evaluated. */
int fubini_set_max_evals(fubini_request *request, uint64_t max_evals);
/* Sets the ceiling on memory for the regions of rules, in bytes. */
int fubini_set_max_memory(fubini_request *request, uint64_t bytes);
/* Sets the key of the random streams of Monte Carlo methods. Default 0. */
int fubini_set_seed(fubini_request *request, uint64_t seed);
/* Allows calls of the integrand from `threads` threads at once, 0: all cores. Default 1. It never changes a bit of the result. */
int fubini_set_threads(fubini_request *request, size_t threads);
/* Sets how cautious the errors of rules are: "fast", "standard" (the default) or "guarded". */
int fubini_set_error_level(fubini_request *request, const char *word);
/* Also reports component `numerator` over component `denominator` with an error of its own, and makes ratios the target. */
int fubini_add_ratio(fubini_request *request, size_t numerator, size_t denominator);
/* Sets which quantities must meet the tolerance: "each" (every integral) or "ratio" (every ratio). */
int fubini_set_target(fubini_request *request, const char *word);
/* Says that `component` and the next one are the parts of a complex number: the tolerance is that of its modulus. */
int fubini_add_complex(fubini_request *request, size_t component);
/* Tells of a peak near point[0 .. dim-1] that a method could miss. */
int fubini_add_hint(fubini_request *request, const double *point);
/* Says what is integrated, in words, for states: one with another label is refused. */
int fubini_set_label(fubini_request *request, const char *label);
/* Sets what is called after every step; NULL: nothing. */
int fubini_set_observer(fubini_request *request, fubini_observer f, void *user_data);
/* Goes on from a state of fubini_progress_state, which is copied; length 0: from the start. Integrand, limits and settings must be
 * those of the run that was saved, but for tolerances and budget. */
int fubini_set_resume(fubini_request *request, const unsigned char *state, size_t length);

/* ---- The run ---- */

/* Integrates. *report is a new report where 0 is returned, else NULL. Not meeting the tolerance is no error: see
 * fubini_report_converged. */
int fubini_integrate(const fubini_request *request, fubini_report **report);

/* ---- Observers ---- */

/* Points evaluated so far. */
uint64_t fubini_progress_evaluations(const fubini_progress *progress);
/* Value and stated error of target k as they stand: an integral, or a ratio. NaN where there is none. */
double fubini_progress_value(const fubini_progress *progress, size_t k);
double fubini_progress_error(const fubini_progress *progress, size_t k);
/* The largest error over its tolerance: 1 or less where all are met. */
double fubini_progress_excess(const fubini_progress *progress);
/* 1 at the end of the run, where the answer of the observer is ignored, else 0. */
int fubini_progress_finished(const fubini_progress *progress);
/* The state of the run as *length bytes, from which another run can go on (fubini_set_resume) to the same bits. Good during the call
 * of the observer; copy it, and not at every step. */
const unsigned char *fubini_progress_state(const fubini_progress *progress, size_t *length);

/* ---- Reports ---- */

/* Frees a report; NULL is fine. */
void fubini_report_free(fubini_report *report);
/* 1 if the tolerance was met and nothing speaks against the result, else 0. */
int fubini_report_converged(const fubini_report *report);
/* The integral of a component and its stated error; NaN where there is none. */
double fubini_report_value(const fubini_report *report, size_t component);
double fubini_report_error(const fubini_report *report, size_t component);
/* Ratio k in the order of fubini_add_ratio and its stated error; NaN where there is none. */
double fubini_report_ratio_value(const fubini_report *report, size_t k);
double fubini_report_ratio_error(const fubini_report *report, size_t k);
/* What an error means: "bound", a heuristic one, or "standard_deviation". */
const char *fubini_report_error_kind(const fubini_report *report);
/* The covariance of two integrals; NaN but for Monte Carlo methods. */
double fubini_report_covariance(const fubini_report *report, size_t a, size_t b);
/* Why the run ended: "converged", "budget", "memory", "roundoff" or "cancelled". */
const char *fubini_report_stop(const fubini_report *report);
/* Why the result should not be believed although its error may be small, or NULL. */
const char *fubini_report_suspect(const fubini_report *report);
/* The method whose result it is. */
const char *fubini_report_method(const fubini_report *report);
/* Points at which the integrand was evaluated, and how many of these values were not finite. */
uint64_t fubini_report_evaluations(const fubini_report *report);
uint64_t fubini_report_non_finite(const fubini_report *report);
/* Seconds by the clock: of the whole run, and in the integrand, averaged over the threads. */
double fubini_report_seconds(const fubini_report *report);
double fubini_report_integrand_seconds(const fubini_report *report);
/* Threads that were used. */
size_t fubini_report_threads(const fubini_report *report);
/* A number that the method knows beyond that, such as "regions", "degree", "iterations", "chi2_per_dof" or "replicates"; NaN where it
 * does not. */
double fubini_report_detail(const fubini_report *report, const char *name);

#ifdef __cplusplus
}
#endif

#endif
