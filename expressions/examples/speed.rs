//! Compile times, operation counts and nanoseconds per point of compiled integrands, at each instruction set.

use std::time::Instant;

use fubini_algorithms::simd::{Lanes, Level, levels};
use fubini_algorithms::{Columns, Integrand, LaneIntegrand, Simd};
use fubini_expressions::{Atom, Compiled, Expressions, Form, Names};

const POINTS: usize = 8192;

/// The closed form of helium written by hand, the yardstick.
struct Hand;

impl LaneIntegrand for Hand {
    fn dim(&self) -> usize {
        6
    }

    fn components(&self) -> usize {
        2
    }

    #[inline(always)]
    fn eval<V: Lanes>(&self, p: &[V], out: &mut [V]) {
        let k = |x: f64| V::splat(x);
        let (dx, dy, dz) = (p[0] - p[3], p[1] - p[4], p[2] - p[5]);
        let (r1, i1) = p[0].mul_add(p[0], p[1].mul_add(p[1], p[2] * p[2])).sqrt_rsqrt();
        let (r2, i2) = p[3].mul_add(p[3], p[4].mul_add(p[4], p[5] * p[5])).sqrt_rsqrt();
        let (u, iu) = dx.mul_add(dx, dy.mul_add(dy, dz * dz)).sqrt_rsqrt();
        let a = p[0].mul_add(dx, p[1].mul_add(dy, p[2] * dz));
        let b = p[3].mul_add(dx, p[4].mul_add(dy, p[5] * dz));
        let i = k(0.15).mul_add(u, k(1.0)).recip();
        let dot = a.mul_add(i1, -(b * i2)) * iu;
        let inner = i.mul_add(k(-0.25), k(0.15)).mul_add(i, dot + k(0.15));
        let local = i.mul_add(inner.mul_add(i, k(0.15)), k(-4.0));
        let square = k(-4.0).mul_add(r1 + r2, u * i).exp();
        out[0] = square * local;
        out[1] = square;
    }
}

fn main() {
    let names = Names::default().parameter("b", 0.15);
    let helium = "exp(-2*r1)*exp(-2*r2)*exp(r12/2/(1+b*r12))";
    let cartesian = "exp(-2*sqrt(x1^2+y1^2+z1^2)-2*sqrt(x2^2+y2^2+z2^2))\
        *exp(sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)/2/(1+b*sqrt((x1-x2)^2+(y1-y2)^2+(z1-z2)^2)))";
    let (hylleraas, defined) = twenty_terms();
    let chandrasekhar = "(exp(-1.07*r1-0.48*r2)+exp(-0.48*r1-1.07*r2))*(1+0.31*r12)";
    for (name, text, names) in [
        ("helium", helium, &names),
        ("helium in x1..z2", cartesian, &names),
        ("chandrasekhar", chandrasekhar, &names),
        ("hylleraas 20", &hylleraas, &defined),
    ] {
        for form in [Form::Cartesian, Form::Distances] {
            if form == Form::Distances && name.contains("x1") {
                continue;
            }
            let make = || Atom::two_electrons(2.0).form(form).energy(text, names).expect("a valid text");
            let derive = quickest(20, || drop(make()));
            let energy = make();
            let compile = quickest(20, || drop(energy.integrands.compile()));
            let compiled = energy.integrands.compile();
            println!("{name}, {form:?}: {}", compiled.summary());
            println!("  Hψ {:.3} ms, compiling {:.3} ms", 1e3 * derive, 1e3 * compile);
            measure(&compiled);
            if name.contains("helium") && form == Form::Cartesian {
                compare(&compiled);
            }
        }
    }
    let names = Names::new(&["a", "b", "c", "d", "f", "g"]);
    for (name, text) in [
        ("oscillatory", "cos(0.3 + 1.1*a + 0.9*b + 0.7*c + 1.3*d + 0.2*f + 0.4*g)"),
        ("product peak", "1/(0.1+(a-0.3)^2)/(0.1+(b-0.3)^2)/(0.1+(c-0.3)^2)/(0.1+(d-0.4)^2)/(0.2+(f-0.3)^2)/(0.1+(g-0.3)^2)"),
        ("corner peak", "(1 + 0.3*a + 0.2*b + 0.1*c + 0.5*d + 0.6*f + 0.2*g)^-7"),
        ("mixed", "log(1+a)*sin(b) + cos(c)*d^1.3 + exp(-f)*sqrt(g)"),
    ] {
        let compiled = Expressions::parse(&[text], &names).expect("a valid text").compile();
        println!("{name}: {}", compiled.summary());
        measure(&compiled);
    }
}

/// The tape against the hand-written integrand, in turns, so that both see the same machine.
fn compare(compiled: &Compiled) {
    let (points, mut values) = columns(6, 2);
    let hand = Simd(Hand);
    let mut best = [f64::INFINITY; 2];
    let mut last = [[0.0; 2]; 2];
    for _ in 0..200 {
        for (which, integrand) in [&hand as &dyn Integrand, compiled].into_iter().enumerate() {
            let run = || integrand.eval(points.points(6), &mut values.values());
            best[which] = best[which].min(quickest(1, run));
            last[which] = [values.column(0)[POINTS - 1], values.column(1)[POINTS - 1]];
        }
    }
    assert!(last[0].iter().zip(&last[1]).all(|(a, b)| (a - b).abs() <= 1e-13 * b.abs()), "{last:?}");
    let [hand, tape] = best.map(|seconds| 1e9 * seconds / POINTS as f64);
    println!("  hand-written {hand:.2} ns per point, tape {tape:.2}, ratio {:.2}", tape / hand);
}

fn columns(dim: usize, components: usize) -> (Columns, Columns) {
    let mut points = Columns::default();
    points.reset(dim, POINTS);
    let mut state = 1_u64;
    for d in 0..dim {
        for x in points.column_mut(d) {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *x = 0.05 + (state >> 11) as f64 / (1_u64 << 53) as f64;
        }
    }
    points.pad();
    let mut values = Columns::default();
    values.reset(components, POINTS);
    (points, values)
}

fn measure(compiled: &Compiled) {
    let (points, mut values) = columns(compiled.dim(), compiled.components());
    for &level in levels() {
        let run = |values: &mut Columns| {
            // In pieces as an integrator sends them, each in the second-level cache.
            compiled.eval_at(level, points.points(compiled.dim()), &mut values.values());
        };
        let seconds = quickest(200, || run(&mut values));
        let label = match level {
            Level::Portable => "portable",
            Level::Avx2 => "AVX2",
            Level::Avx512 => "AVX-512",
        };
        println!("  {label}: {:.2} ns per point", 1e9 * seconds / POINTS as f64);
    }
    assert!(values.column(0).iter().all(|v| v.is_finite()));
}

fn quickest(times: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..times {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

/// `exp(-1.8 s) Σ c s^i t^j u^k` with 20 terms, `t` in even powers.
fn twenty_terms() -> (String, Names) {
    let mut terms = Vec::new();
    'all: for order in 0..6 {
        for i in 0..=order {
            for j in (0..=order - i).step_by(2) {
                let k = order - i - j;
                if terms.len() == 20 {
                    break 'all;
                }
                terms.push(format!("{}*s^{i}*t^{j}*u^{k}", 1.0 / (1.0 + 3.0 * terms.len() as f64)));
            }
        }
    }
    let names = Names::default().definition("s", "r1 + r2").definition("t", "r2 - r1").definition("u", "r12");
    (format!("exp(-1.8*s)*({})", terms.join(" + ")), names)
}
