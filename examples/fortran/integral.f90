! The integral of exp(-x^2 - y^2) over the plane, by fubini.h and iso_c_binding:
!
!     gfortran integral.f90 $(pkg-config --libs fubini)
module gaussian
  use iso_c_binding
  implicit none

  interface
    type(c_ptr) function fubini_new(dim, components) bind(c)
      import :: c_ptr, c_size_t
      integer(c_size_t), value :: dim, components
    end function
    subroutine fubini_free(request) bind(c)
      import :: c_ptr
      type(c_ptr), value :: request
    end subroutine
    integer(c_int) function fubini_set_point(request, f, data) bind(c)
      import :: c_ptr, c_funptr, c_int
      type(c_ptr), value :: request, data
      type(c_funptr), value :: f
    end function
    integer(c_int) function fubini_set_limits(request, variable, lo, hi) bind(c)
      import :: c_ptr, c_size_t, c_int, c_double
      type(c_ptr), value :: request
      integer(c_size_t), value :: variable
      real(c_double), value :: lo, hi
    end function
    integer(c_int) function fubini_set_tolerance(request, rtol, atol) bind(c)
      import :: c_ptr, c_int, c_double
      type(c_ptr), value :: request
      real(c_double), value :: rtol, atol
    end function
    integer(c_int) function fubini_integrate(request, report) bind(c)
      import :: c_ptr, c_int
      type(c_ptr), value :: request
      type(c_ptr) :: report
    end function
    real(c_double) function fubini_report_value(report, component) bind(c)
      import :: c_ptr, c_size_t, c_double
      type(c_ptr), value :: report
      integer(c_size_t), value :: component
    end function
    real(c_double) function fubini_report_error(report, component) bind(c)
      import :: c_ptr, c_size_t, c_double
      type(c_ptr), value :: report
      integer(c_size_t), value :: component
    end function
    integer(c_int) function fubini_report_converged(report) bind(c)
      import :: c_ptr, c_int
      type(c_ptr), value :: report
    end function
    subroutine fubini_report_free(report) bind(c)
      import :: c_ptr
      type(c_ptr), value :: report
    end subroutine
  end interface

contains
  integer(c_int) function f(x, y, data) bind(c)
    real(c_double), intent(in) :: x(2)
    real(c_double), intent(out) :: y(1)
    real(c_double), intent(in) :: data
    y(1) = exp(-data * (x(1)**2 + x(2)**2))
    f = 0
  end function
end module

program integral
  use gaussian
  use ieee_arithmetic
  implicit none
  type(c_ptr) :: request, report
  real(c_double), target :: width = 1
  real(c_double) :: infinity, value, error
  integer(c_size_t) :: variable

  infinity = ieee_value(infinity, ieee_positive_inf)
  request = fubini_new(2_c_size_t, 1_c_size_t)
  if (fubini_set_point(request, c_funloc(f), c_loc(width)) /= 0) stop 1
  do variable = 0, 1
    if (fubini_set_limits(request, variable, -infinity, infinity) /= 0) stop 1
  end do
  if (fubini_set_tolerance(request, 1e-9_c_double, 0._c_double) /= 0) stop 1
  if (fubini_integrate(request, report) /= 0) stop 1
  value = fubini_report_value(report, 0_c_size_t)
  error = fubini_report_error(report, 0_c_size_t)
  print '(a, f15.12, a, es8.1)', 'exp(-x^2 - y^2) over the plane: ', value, ' +-', error
  if (fubini_report_converged(report) /= 1 .or. abs(value - acos(-1._c_double)) > error) stop 2
  call fubini_report_free(report)
  call fubini_free(request)
end program
