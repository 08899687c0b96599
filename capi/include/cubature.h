/* The functions of Cubature 1.0, answered by fubini. Programs that were written for Cubature compile and link unchanged.
 *
 * Licence: MIT or Apache-2.0, as all of fubini. This file is fubini's own text; names and types are those that programs use.
 */
#ifndef CUBATURE_H
#define CUBATURE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function of one point: writes fdim values at x[0 .. ndim-1] to fval. It returns 0, or anything else to end the run. */
typedef int (*integrand)(unsigned ndim, const double *x, void *fdata, unsigned fdim, double *fval);

/* A function of npt points: coordinate j of point i is x[i*ndim + j], value k there goes to fval[i*fdim + k]. It returns 0, or
 * anything else to end the run. */
typedef int (*integrand_v)(unsigned ndim, size_t npt, const double *x, void *fdata, unsigned fdim, double *fval);

/* How the errors e of several components are held against their values v. The tolerance is met when the error is at most
 * reqAbsError, or at most reqRelError times the value. */
typedef enum {
    ERROR_INDIVIDUAL = 0, /* every component by itself */
    ERROR_PAIRED = 1,     /* components 0 and 1, 2 and 3, ... as complex numbers: the modulus of e against that of v */
    ERROR_L2 = 2,         /* the square root of the sum of all e^2, against that of all v^2 */
    ERROR_L1 = 3,         /* the sum of all |e|, against that of all |v| */
    ERROR_LINF = 4        /* the largest |e| against the largest |v| */
} error_norm;

/* Integrates fdim functions f over the box from xmin[0 .. dim-1] to xmax[0 .. dim-1], whose sides may be infinite. fdata is handed
 * to f. At most maxEval points are evaluated (0: no limit), but always those of a first rule. The integrals go to
 * val[0 .. fdim-1], their stated errors to err[0 .. fdim-1]: heuristic bounds, or three standard deviations.
 *
 * Returns 0 when the tolerance is met or maxEval is spent: err tells which. Returns 1 when there is no result: f ended the run, a
 * request made no sense, or f is not finite at too many points; val is NaN then and err infinite. Returns 2 when there is a result
 * and a sign that it is wrong, for instance that every value was zero. fubini_message() has the reason of 1 and 2.
 *
 * hcubature halves the box again and again, with the rule of A. C. Genz and A. A. Malik; pcubature is for smooth functions and uses
 * rules of higher degree. In four and more variables, what they do not do in 8,000 evaluations is done by the best of fubini's methods.
 * Those with _v call f with many points at once. */
int hcubature(unsigned fdim, integrand f, void *fdata, unsigned dim, const double *xmin, const double *xmax, size_t maxEval,
              double reqAbsError, double reqRelError, error_norm norm, double *val, double *err);
int hcubature_v(unsigned fdim, integrand_v f, void *fdata, unsigned dim, const double *xmin, const double *xmax, size_t maxEval,
                double reqAbsError, double reqRelError, error_norm norm, double *val, double *err);
int pcubature(unsigned fdim, integrand f, void *fdata, unsigned dim, const double *xmin, const double *xmax, size_t maxEval,
              double reqAbsError, double reqRelError, error_norm norm, double *val, double *err);
int pcubature_v(unsigned fdim, integrand_v f, void *fdata, unsigned dim, const double *xmin, const double *xmax, size_t maxEval,
                double reqAbsError, double reqRelError, error_norm norm, double *val, double *err);

/* As pcubature_v. m, buf and nbuf are left as they are: no values are kept from one call to the next. */
int pcubature_v_buf(unsigned fdim, integrand_v f, void *fdata, unsigned dim, const double *xmin, const double *xmax,
                    size_t maxEval, double reqAbsError, double reqRelError, error_norm norm, unsigned *m, double **buf,
                    size_t *nbuf, size_t max_nbuf, double *val, double *err);

/* Not in Cubature: allows calls of f from several threads at once (allowed not 0), or from the calling thread alone, which is so
 * unless the environment variable FUBINI_PARALLEL is set and not 0. Returns what was before. It never changes a result. */
int fubini_parallel(int allowed);

/* Not in Cubature: why the last call on this thread returned 1 or 2, in English; empty if it returned 0. Good until the next call on
 * this thread. */
const char *fubini_message(void);

#ifdef __cplusplus
}
#endif

#endif
