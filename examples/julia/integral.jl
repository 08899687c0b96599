# The integral of exp(-x^2 - y^2) over the plane, by fubini.h and ccall:
#
#     LD_LIBRARY_PATH=PREFIX/lib julia integral.jl
#
# The integrand is compiled by Julia and called from this thread, which is what @cfunction asks for.
const fubini = "libfubini"

function gaussian(x::Ptr{Cdouble}, y::Ptr{Cdouble}, data::Ptr{Cvoid})::Cint
    unsafe_store!(y, exp(-unsafe_load(x, 1)^2 - unsafe_load(x, 2)^2))
    return 0
end

function check(code)
    code == 0 || error(unsafe_string(ccall((:fubini_message, fubini), Cstring, ())))
end

request = ccall((:fubini_new, fubini), Ptr{Cvoid}, (Csize_t, Csize_t), 2, 1)
f = @cfunction(gaussian, Cint, (Ptr{Cdouble}, Ptr{Cdouble}, Ptr{Cvoid}))
check(ccall((:fubini_set_point, fubini), Cint, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}), request, f, C_NULL))
for variable in 0:1
    check(ccall((:fubini_set_limits, fubini), Cint, (Ptr{Cvoid}, Csize_t, Cdouble, Cdouble), request, variable, -Inf, Inf))
end
check(ccall((:fubini_set_tolerance, fubini), Cint, (Ptr{Cvoid}, Cdouble, Cdouble), request, 1e-9, 0.0))
report = Ref{Ptr{Cvoid}}(C_NULL)
check(ccall((:fubini_integrate, fubini), Cint, (Ptr{Cvoid}, Ref{Ptr{Cvoid}}), request, report))
value = ccall((:fubini_report_value, fubini), Cdouble, (Ptr{Cvoid}, Csize_t), report[], 0)
error_ = ccall((:fubini_report_error, fubini), Cdouble, (Ptr{Cvoid}, Csize_t), report[], 0)
println("exp(-x^2 - y^2) over the plane: $value +- $error_")
@assert abs(value - pi) <= error_
ccall((:fubini_report_free, fubini), Cvoid, (Ptr{Cvoid},), report[])
ccall((:fubini_free, fubini), Cvoid, (Ptr{Cvoid},), request)
