# The integral of exp(-x^2 - y^2) over the plane: an integrand in C, called by fubini and set up from R.
#
#     PKG_LIBS="$(pkg-config --libs fubini)" PKG_CFLAGS="$(pkg-config --cflags fubini)" R CMD SHLIB gaussian.c
#     LD_LIBRARY_PATH=PREFIX/lib Rscript integral.R gaussian.so
library <- commandArgs(trailingOnly = TRUE)
dyn.load(if (length(library)) library else "gaussian.so")
result <- .C("gaussian_integral", width = 1, rtol = 1e-9, value = 0, error = 0, converged = 0L)
cat(sprintf("exp(-x^2 - y^2) over the plane: %.12f +- %.1e\n", result$value, result$error))
stopifnot(result$converged == 1, abs(result$value - pi) <= result$error)
