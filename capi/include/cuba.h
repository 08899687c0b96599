/* The functions of Cuba 4.2, answered by fubini. Programs that were written for Cuba compile and link unchanged.
 *
 * Licence: MIT or Apache-2.0, as all of fubini. This file is fubini's own text; names and types are those that programs use.
 *
 * What each argument means here, and which are not looked at, is in docs/from-cuba.md. In short: integrals are over the unit cube;
 * a result meets max(epsabs, epsrel |integral|) and has nothing that speaks against it where *fail is 0; *fail is 1 where that is not
 * so after maxeval points, -1 and -2 where ndim and ncomp make no sense, -99 where the integrand returned -999. Errors are fubini's:
 * heuristic bounds from rules, one standard deviation from random points, of Cuhre three. fubini_message() has the reason where
 * *fail is not 0.
 */
#ifndef CUBA_H
#define CUBA_H

#ifdef __cplusplus
extern "C" {
#endif

typedef double cubareal;

/* An integrand: reads ndim variables and writes ncomp values. With nvec above 1 it is called with several points at once, in rows:
 * x[i*ndim + d] and f[i*ncomp + c]. What it is called with besides may be left out of its declaration:
 *     const int *nvec (points of this call), const int *core (32768), and then
 *     const double *weight (NaN for every point: not known here), const int *iter (1), or for Divonne const int *phase (2).
 * It returns 0, or -999 to end the run. */
typedef int (*integrand_t)(const int *ndim, const cubareal x[], const int *ncomp, cubareal f[], void *userdata);

/* A function that names points near which peaks may be, at most *n, and sets *n to their number. It is called once, with the bounds
 * of the unit cube: b[2*d] and b[2*d + 1]. */
typedef void (*peakfinder_t)(const int *ndim, const cubareal b[], int *n, cubareal x[], void *userdata);

/* Vegas is answered by fubini's vegas, Cuhre by its cuhre, Suave and Divonne by auto: the best of all methods for the request, held
 * against another one. */
void Vegas(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const int mineval, const int maxeval,
    const int nstart, const int nincrease, const int nbatch, const int gridno,
    const char *statefile, void *spin, int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void Suave(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const int mineval, const int maxeval,
    const int nnew, const int nmin, const cubareal flatness,
    const char *statefile, void *spin, int *nregions, int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void Divonne(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const int mineval, const int maxeval,
    const int key1, const int key2, const int key3, const int maxpass, const cubareal border, const cubareal maxchisq,
    const cubareal mindeviation, const int ngiven, const int ldxgiven, cubareal xgiven[], const int nextra,
    peakfinder_t peakfinder, const char *statefile, void *spin, int *nregions, int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void Cuhre(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int mineval, const int maxeval, const int key,
    const char *statefile, void *spin, int *nregions, int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);

/* The same with counts of type long long. *nvec points to a long long then. */
void llVegas(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const long long int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const long long int mineval, const long long int maxeval,
    const long long int nstart, const long long int nincrease, const long long int nbatch, const int gridno,
    const char *statefile, void *spin, long long int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void llSuave(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const long long int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const long long int mineval, const long long int maxeval,
    const long long int nnew, const long long int nmin, const cubareal flatness,
    const char *statefile, void *spin, int *nregions, long long int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void llDivonne(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const long long int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const int seed, const long long int mineval, const long long int maxeval,
    const int key1, const int key2, const int key3, const int maxpass, const cubareal border, const cubareal maxchisq,
    const cubareal mindeviation, const long long int ngiven, const int ldxgiven, cubareal xgiven[], const long long int nextra,
    peakfinder_t peakfinder, const char *statefile, void *spin, int *nregions, long long int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);
void llCuhre(
    const int ndim, const int ncomp, integrand_t integrand, void *userdata, const long long int nvec,
    const cubareal epsrel, const cubareal epsabs, const int flags, const long long int mineval, const long long int maxeval, const int key,
    const char *statefile, void *spin, int *nregions, long long int *neval, int *fail,
    cubareal integral[], cubareal error[], cubareal prob[]);

/* At most n threads may call the integrand where several may at all (fubini_parallel); 0: one. There are no processes. */
void cubacores(const int n, const int p);
/* Does nothing: there are no accelerators. */
void cubaaccel(const int n, const int p);
/* Sets a function that every run calls before it begins, or after it has ended, from its own thread: f(arg, &core) with core 32768.
 * NULL: none. */
void cubainit(void (*f)(), void *arg);
void cubaexit(void (*f)(), void *arg);
/* Sets the pointer at pspin to NULL, and does nothing: there are no processes to be started and waited for. */
void cubafork(void *pspin);
void cubawait(void *pspin);

/* Fortran calls vegas, suave, divonne, cuhre, llvegas, llsuave, lldivonne, llcuhre, cubacores, cubaaccel, cubainit, cubaexit, cubafork
 * and cubawait: the same names in lower case with an underscore, which take every argument by reference. */

/* Not in Cuba: allows calls of the integrand from several threads at once (allowed not 0), or from the calling thread alone, which is
 * so unless the environment variable FUBINI_PARALLEL is set and not 0. Returns what was before. It never changes a result. */
int fubini_parallel(int allowed);

/* Not in Cuba: why the last run on this thread has a *fail that is not 0, in English; empty if it was 0. Good until the next one. */
const char *fubini_message(void);

#ifdef __cplusplus
}
#endif

#endif
