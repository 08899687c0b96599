! Every name that Cuba has for Fortran, called as its own programs call them: implicit interfaces, everything by reference.
module integrands
  implicit none
  integer :: inits = 0
contains
  integer function smooth(ndim, x, ncomp, f, userdata)
    integer, intent(in) :: ndim, ncomp
    double precision, intent(in) :: x(*)
    double precision, intent(out) :: f(*)
    double precision, intent(in) :: userdata
    if (ndim /= 3 .or. ncomp /= 1) stop 1
    f(1) = sin(x(1)) * cos(x(2)) * exp(x(3)) * userdata
    smooth = 0
  end function

  integer function rows(ndim, x, ncomp, f, userdata, nvec)
    integer, intent(in) :: ndim, ncomp, nvec
    double precision, intent(in) :: x(ndim, nvec)
    double precision, intent(out) :: f(ncomp, nvec)
    double precision, intent(in) :: userdata
    f(1, :) = sin(x(1, :)) * cos(x(2, :)) * exp(x(3, :)) * userdata
    rows = 0
  end function

  subroutine init(argument, core)
    integer, intent(in) :: argument, core
    if (argument /= 7 .or. core /= 32768) stop 2
    inits = inits + 1
  end subroutine
end module

program cuba
  use integrands
  implicit none
  external vegas, suave, divonne, cuhre, llvegas, llsuave, lldivonne, llcuhre
  external cubacores, cubaaccel, cubainit, cubaexit, cubafork, cubawait
  double precision, parameter :: exact = 0.6646696797813771d0, rel = 1d-4, abs_ = 1d-12
  double precision :: integral(1), error(1), prob(1), factor = 2, given(3, 1) = 0.5d0
  integer :: regions, evaluations, fail
  integer(8) :: many, spin = -1, spinning = 5, most = 1000000, few = 0, one = 1, batch = 1000
  character(len=60) :: file

  file = ''
  call cubacores(2, 1000)
  call cubaaccel(0, 1000)
  call cubainit(init, 7)
  call cubaexit(init, 7)
  call cubafork(spinning)
  if (spinning /= 0) stop 3
  call cubawait(spinning)
  call vegas(3, 1, smooth, factor, 1, rel, abs_, 0, 0, 0, 10000000, 1000, 500, 1000, 0, '', spin, evaluations, fail, integral, error, prob)
  call check(int(evaluations, 8))
  call suave(3, 1, smooth, factor, 1, rel, abs_, 4, 0, 0, 1000000, 1000, 2, 25d0, file, spin, regions, evaluations, fail, integral, error, prob)
  call check(int(evaluations, 8))
  call divonne(3, 1, smooth, factor, 1, rel, abs_, 0, 0, 0, 1000000, 47, 1, 1, 5, 0d0, 10d0, .25d0, 1, 3, given, 0, 0, &
      '', spin, regions, evaluations, fail, integral, error, prob)
  call check(int(evaluations, 8))
  call cuhre(3, 1, rows, factor, 1024, rel, abs_, 0, 0, 1000000, 0, '', spin, regions, evaluations, fail, integral, error, prob)
  call check(int(evaluations, 8))
  call llvegas(3, 1, smooth, factor, one, rel, abs_, 0, 0, few, 10 * most, batch, batch, batch, 0, '', spin, many, fail, integral, error, prob)
  call check(many)
  call llsuave(3, 1, smooth, factor, one, rel, abs_, 4, 0, few, most, batch, one, 25d0, '', spin, regions, many, fail, integral, error, prob)
  call check(many)
  call lldivonne(3, 1, smooth, factor, one, rel, abs_, 0, 0, few, most, 47, 1, 1, 5, 0d0, 10d0, .25d0, few, 3, given, few, 0, &
      '', spin, regions, many, fail, integral, error, prob)
  call check(many)
  call llcuhre(3, 1, smooth, factor, one, rel, abs_, 0, few, most, 0, '', spin, regions, many, fail, integral, error, prob)
  call check(many)
  if (inits /= 16) stop 4

  ! A file of this name, filled up with blanks, keeps the state of what is not done.
  file = 'fubini-fortran.state'
  call cuhre(3, 1, smooth, factor, 1, 1d-15, 0d0, 0, 0, 300, 0, file, spin, regions, evaluations, fail, integral, error, prob)
  if (fail /= 1) stop 5
  open (unit=10, file=trim(file), status='old', err=9)
  close (10, status='delete')
  print '(a)', 'cuba in Fortran: all as it should be'
  stop
9 stop 6
contains
  subroutine check(n)
    integer(8), intent(in) :: n
    if (fail /= 0 .or. n <= 0) stop 7
    if (abs(integral(1) - 2 * exact) > 4 * error(1) .or. error(1) > 2 * rel * exact * 1.001d0) stop 8
    if (prob(1) < 0 .or. prob(1) > 0.999d0) stop 9
  end subroutine
end program
