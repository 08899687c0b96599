//! What the analysis of formulas costs, and how much of it: `cargo run --release --example analysis`. Of others, a formula and its
//! variables as arguments, or, with `-`, on every line of the standard input with a tab between them.

use fubini_expressions::analysis::Ends;
use fubini_expressions::{Expressions, Names};
use std::time::Instant;

/// Formulas with the limits of their variables; what is not given is 0:1.
const FORMULAS: &[(&str, &str)] = &[
    ("abs(x-y)^-0.5", "x y"),
    ("abs(x-y)^-0.9", "x y"),
    ("log(abs(x-y))", "x y"),
    ("(x*y*z)^(-1/2)", "x y z"),
    ("1/sqrt(x^2+y^2)", "x y"),
    ("1/sqrt((x-0.3)^2+(y-0.6)^2)", "x y"),
    ("(x+y+z)^(-2)", "x y z"),
    ("x/(x^2+y^2+z^2)^1.5", "x y z"),
    ("1/sqrt((a-c)^2+(b-d)^2)", "a b c d"),
    ("1/sqrt((a-d)^2+(b-g)^2+(c-f)^2)", "a b c d g f"),
    ("exp(-sqrt(x^2+y^2+z^2))/sqrt(x^2+y^2+z^2)", "x=-inf:inf y=-inf:inf z=-inf:inf"),
    ("sqrt(abs(x-y-z))", "x y z"),
    ("abs(x^2+y^2+z^2-1/8)", "x y z"),
    ("where(x^2+y^2+z^2<1,1,0)", "x=-1:1 y=-1:1 z=-1:1"),
    ("where(x^2+y^2+z^2+u^2+v^2<1,1,0)", "x=-1:1 y=-1:1 z=-1:1 u=-1:1 v=-1:1"),
    ("where(a>0.8||b>0.9,0,exp(a+2*b+3*c+4*d+5*f+6*g))", "a b c d f g"),
    ("where(p<q&&q<r&&r<s,p*s,0)", "p q r s"),
    ("where(p<q-0.01&&q<r-0.01&&r<s-0.01,1,0)", "p q r s"),
    ("exp(-10*(abs(a-0.4)+abs(b-0.4)+abs(c-0.4)+abs(d-0.4)+abs(f-0.4)+abs(g-0.4)+abs(h-0.4)+abs(k-0.4)))", "a b c d f g h k"),
    ("exp(a*b*c*d*f*g*h)*abs(a-0.4)*abs(b-0.4)*abs(c-0.4)*abs(d-0.4)*abs(f-0.4)*abs(g-0.4)*abs(h-0.4)", "a b c d f g h"),
    ("exp(a*b*c*d*f*g)*abs(a-0.4)*abs(b-0.4)*abs(c-0.4)*abs(d-0.4)*abs(f-0.4)*abs(g-0.4)", "a b c d f g"),
    ("exp(a*b*c*d*f*g)*(a*b*c*d*f*g)^-0.5", "a b c d f g"),
    ("min(x,min(y,z))", "x y z"),
    ("abs(max(x,y)-max(z,u))", "x y z u"),
    ("floor(10*x)*(1+y)", "x=0:0.3 y"),
    ("where(x+y<1,(1-x-y)^-0.9,0)", "x y"),
    ("max(x,y)^-1.8", "x y"),
    (
        "1",
        "x=-1:1 y=-sqrt(1-x^2):sqrt(1-x^2) z=-sqrt(1-x^2-y^2):sqrt(1-x^2-y^2) u=-sqrt(1-x^2-y^2-z^2):sqrt(1-x^2-y^2-z^2) \
         v=-sqrt(1-x^2-y^2-z^2-u^2):sqrt(1-x^2-y^2-z^2-u^2) w=-sqrt(1-x^2-y^2-z^2-u^2-v^2):sqrt(1-x^2-y^2-z^2-u^2-v^2)",
    ),
    ("x^3*y", "x y=0:1-x z=0:1-x-y u=0:1-x-y-z v=0:1-x-y-z-u w=0:1-x-y-z-u-v"),
    ("cos(x+y+z)*exp(-x^2-y^2)", "x=-inf:inf y=-inf:inf z"),
    ("abs(sin(x+3*y)-0.5*x)^-0.5*abs(x-y)*exp(cos(z*u))", "x y z u"),
    ("abs(cos(exp(x)*y)-0.3)+sin(20*x*y)^2", "x y"),
    ("where(x+0.1*sin(7*x)<0.6,exp(x*y),cos(x+y))", "x y"),
    ("abs(y+sin(y)-x)^-0.5", "x y"),
    ("abs(y+sin(3*y)-x)", "x y"),
    ("where(z+0.1*sin(4*z)<x*y&&x+sin(x)>0.5,1,0)", "x y z"),
    ("abs(sin(3*x)+cos(5*y)-x*y)", "x y"),
    ("exp(-x^2-y^2)+exp(-(x-1000)^2-(y-3)^2)", "x=-inf:inf y=-inf:inf"),
];

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let own = given.split_first().map(|(formula, variables)| (formula.clone(), variables.join(" ")));
    let pair = |line: String| line.split_once('\t').map(|(formula, variables)| (formula.to_string(), variables.to_string()));
    let lines = || std::io::stdin().lines().map_while(Result::ok).filter_map(pair).collect::<Vec<_>>();
    let all = FORMULAS.iter().map(|(formula, variables)| ((*formula).to_string(), (*variables).to_string()));
    let mut worst = 0.0f64;
    let formulas = match own {
        Some((word, _)) if word == "-" => lines(),
        Some(own) => vec![own],
        None => all.collect(),
    };
    for (formula, variables) in formulas {
        let (mut names, mut ends) = (Vec::new(), Vec::new());
        for word in variables.split_whitespace() {
            let (name, limits) = word.split_once('=').unwrap_or((word, "0:1"));
            let (lo, hi) = limits.split_once(':').expect("limits are of the form LO:HI");
            names.push(name);
            ends.push(Ends { lo: lo.to_string(), hi: hi.to_string(), breaks: Vec::new() });
        }
        let Ok(parsed) = Expressions::parse_complex(&[&formula], &Names::new(&names)) else {
            println!("no formula: {formula}");
            continue;
        };
        if parsed.analyse(&ends).is_err() {
            println!("no limits: {formula}");
            continue;
        }
        // The least of a few is what it costs where nobody else is at work.
        let (mut least, mut what) = (f64::INFINITY, String::new());
        for _ in 0..7 {
            let start = Instant::now();
            let found = parsed.analyse(&ends).expect("limits");
            least = least.min(start.elapsed().as_secs_f64());
            let parts = found.plan.map(|plan| format!("{} parts", plan.coordinates.len()));
            let groups = found.separated.map(|separated| format!("{} groups", separated.groups()));
            what = groups.or(parts).unwrap_or_else(|| "as it is".to_string());
        }
        worst = worst.max(least);
        println!("{:6.2} ms  {what:10}  {formula}", 1e3 * least);
    }
    println!("{:6.2} ms at the most", 1e3 * worst);
}
