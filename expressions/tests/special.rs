//! Special functions against values of 50 digits by mpmath, which also gave their derivatives; series; what is refused.

use fubini_algorithms::Columns;
use fubini_algorithms::simd::levels;
use fubini_expressions::{Expressions, MAX_TERMS, Mode, Names};

/// Argument, value, derivative; none where the exponential of a large square decides it.
type Row = (f64, f64, f64);

/// Errors in units of the last place that are allowed: exponentials of squares have some, and high orders of I in mid-range.
const VALUE: f64 = 20.0;
const DERIVATIVE: f64 = 60.0;

#[rustfmt::skip]
#[allow(clippy::excessive_precision)] // as mpmath prints them
const TABLE: &[(&str, &[Row])] = &[
    ("normpdf(x)", &[(0.0, 0.39894228040143268, 0.0), (0.75, 0.30113743215480440, -0.2258530741161033), (-3.5, 8.7268269504576007e-4, 3.0543894326601602e-3)]),
    ("normcdf(x)", &[(-37.5, 4.6053530095819548e-308, f64::NAN), (-8.25, 7.9197263146424773e-17, 6.6271374559687515e-16), (-0.5, 0.30853753872598690, 0.35206532676429948), (0.0, 0.50000000000000000, 0.39894228040143268), (1.25, 0.89435022633314474, 0.1826490853890219), (6.0, 0.99999999901341235, 6.0758828498232855e-9)]),
    ("norminv(x)", &[(1e-300, -37.047096299361199, f64::NAN), (1e-10, -6.3613409024040562, 1.5357236981963858e+9), (0.03, -1.8807936081512510, 14.696815408476854), (0.25, -0.67448975019608174, 3.1468650805610924), (0.5, 0.0, 2.5066282746310005), (0.7, 0.52440051270804066, 2.8761036592642921), (0.9375, 1.5341205443525463, 8.1311426050153535), (0.9999999999990905, 7.0477002566644087, 1.5304196275365467e+11)]),
    ("erfinv(x)", &[(-0.9990234375, -2.3314677736219477, 203.35632620489723), (-0.5, -0.47693627620446987, 1.1125848189719498), (1e-12, 8.8622692545275800e-13, 0.88622692545275801), (0.3, 0.27246271472675435, 0.95452035884054934), (0.75, 0.81341984759761854, 1.7174997693674523), (0.9999999999999716, 5.3777677815412793, 3.2174301749956882e+12)]),
    ("ellipk(x)", &[(-1000000.0, 8.2940478165906199e-3, 3.6470222097848342e-9), (-2.0, 1.1714200841467699, 0.1108185091411757), (-0.1, 1.5335928197134569, 0.35269580339669534), (1e-09, 1.5707963271875957, 0.39269908214051062), (0.1, 1.6124413487202194, 0.44200235027536525), (0.3, 1.7138894481787911, 0.58485821592264646), (0.9, 2.5780921133481733, 4.7053640076069789), (0.9999999999990905, 15.249237972322037, 5.4975581388456269e+11)]),
    ("ellipe(x)", &[(-1000000.0, 1000.0043970243485, -4.9999805148826598e-4), (-2.0, 2.1844381427462012, -0.25325451464985783), (-0.1, 1.6093590249375296, -0.37883102612036356), (1e-09, 1.5707963264021975, -0.39269908184598631), (0.1, 1.5307576368977632, -0.40841855911228098), (0.3, 1.4453630644126653, -0.447543972943543), (0.9, 1.1047747327040733, -0.81850965591338886), (0.9999999999990905, 1.0000000000067072, -7.1246189861641446)]),
    ("zeta(x)", &[(-19.5, 33.168325785694608, f64::NAN), (-3.0, 8.3333333333333333e-3, f64::NAN), (-0.25, -0.32045126422857728, f64::NAN), (-1e-12, -0.499999999999081061, f64::NAN), (-1e-8, -0.499999990810614768, f64::NAN), (-0.0999, -0.41730252563136618, f64::NAN), (-0.101, -0.416484021126217998, f64::NAN), (0.0, -0.50000000000000000, f64::NAN), (0.5, -1.4603545088095868, f64::NAN), (0.9990234375, -1023.4228554489430, f64::NAN), (1.0009765625, 1024.5772867695046, f64::NAN), (2.0, 1.6449340668482264, f64::NAN), (3.7, 1.1062882414646792, f64::NAN), (30.0, 1.0000000009313274, f64::NAN)]),
    ("sinc(x)", &[(1e-08, 0.99999999999999998, -3.3333333333333334e-9), (0.6, 0.94107078899172560, -0.19289195680341216), (-1.5, 0.66499665773603629, 0.39617297071222225), (3.0, 0.047040002686622407, -0.34567749976235595), (20.0, 0.045647262536381383, 0.01812173996385053)]),
    ("mod(x, 0.75)", &[(-1.0, 0.50000000000000000, 1.0), (0.5, 0.50000000000000000, 1.0), (10.0, 0.25000000000000000, 1.0)]),
    ("mod(x, -0.75)", &[(-1.0, -0.25000000000000000, 1.0), (0.5, -0.25000000000000000, 1.0), (10.0, -0.50000000000000000, 1.0)]),
    ("heaviside(x)", &[(-1.0, 0.0, 0.0), (2.0, 1.0000000000000000, 0.0)]),
    ("besselj(0, x)", &[(-0.3, 0.97762624653829609, 0.148318816273104), (2.5, -0.048383776468197996, -0.49709410246427404), (17.0, -0.16985425215118355, 0.09766849275778065), (250.0, -0.026053373425204234, 0.04326903841033075)]),
    ("besselj(1, x)", &[(-0.3, -0.14831881627310400, 0.48323019229461606), (2.5, 0.49709410246427404, -0.24722141745390761), (17.0, -0.097668492757780650, -0.16410904669484351), (250.0, -0.043269038410330750, -0.025880297271562911)]),
    ("besselj(7, x)", &[(-0.3, -3.3805443102187472e-10, 7.8815962213594803e-9), (2.5, 7.7655318753348495e-4, 2.050271558663889e-3), (17.0, 0.18754906067690704, -0.076510750365324009), (250.0, 0.045567684036127300, 0.021604219929666453)]),
    ("besselj(-3, x)", &[(-0.3, 5.5934304774884606e-4, -5.5724314715755024e-3), (2.5, -0.21660039103911352, -0.186138589192681)]),
    ("bessely(0, x)", &[(0.3, -0.80727357780451949, 2.2931051383885291), (2.5, 0.49807035961523189, -0.1459181379667858), (17.0, -0.092637198442323693, -0.16720503607723369), (250.0, -0.043216845440366268, -0.025966992185484582)]),
    ("bessely(1, x)", &[(0.3, -2.2931051383885291, 6.8364102168239112), (2.5, 0.14591813796678580, 0.43970310442851757), (17.0, 0.16720503607723369, -0.10247278879980803), (250.0, 0.025966992185484582, -0.043320713409108206)]),
    ("bessely(-4, x)", &[(0.3, -3801.0162062747352, 50489.441268648828), (2.5, -1.4331973429670071, 1.5370602519935404), (17.0, -0.16199527389813257, -0.10266300006419253)]),
    ("besseli(0, x)", &[(-0.3, 1.0226268793515970, -0.15169384000359277), (2.5, 3.2898391440501230, 2.5167162452886984), (17.0, 2.3549702231682934e+6, 2.2846215838080798e+6), (40.0, 1.4894774793419900e+16, 1.4707396163259353e+16), (700.0, 1.5295933476718737e+302, 1.5285003902339007e+302)]),
    ("besseli(1, x)", &[(-0.3, -0.15169384000359277, 0.51698074600628772), (2.5, 2.5167162452886984, 2.2831526459346437), (17.0, 2.2846215838080798e+6, 2.2205807182384063e+6), (40.0, 1.4707396163259353e+16, 1.4527089889338416e+16), (700.0, 1.5285003902339007e+302, 1.5274097756858253e+302)]),
    ("besseli(9, x)", &[(-0.3, -1.0617820065123319e-13, 3.186938366894851e-12), (2.5, 2.3977937696264882e-5, 8.9276319317521633e-5), (17.0, 214467.70050328185, 237751.19343209591), (50.0, 1.2967932112618279e+20, 1.3050199375047661e+20), (700.0, 1.4435483018033151e+302, 1.4426363066665533e+302)]),
    ("besselk(0, x)", &[(1e-09, 20.839197352604824, -9.9999999999999993e+8), (0.3, 1.3724600605442974, -3.0559920334573251), (0.99, 0.42709503097965784, -0.61224897799922949), (1.01, 0.41505614408507500, -0.59178817797297012), (2.5, 0.062347553200366186, -0.073890816347747064), (8.0, 1.4647070522281539e-4, -1.5536921180500113e-4), (17.0, 1.2494664026317732e-8, -1.2857041671666646e-8), (40.0, 8.3928611000995670e-19, -8.4971319548610387e-19), (700.0, 4.6697764316853769e-306, -4.6731107967079661e-306)]),
    ("besselk(1, x)", &[(1e-09, 9.9999999999999993e+8, -9.9999999999999989e+17), (0.3, 3.0559920334573251, -11.559100172068715), (0.99, 0.61224897799922949, -1.0455283420899907), (1.01, 0.59178817797297012, -1.0009850331672236), (2.5, 0.073890816347747064, -0.091903879739465011), (8.0, 1.5536921180500113e-4, -1.6589185669844053e-4), (17.0, 1.2857041671666646e-8, -1.3250960595239299e-8), (40.0, 8.4971319548610387e-19, -8.605289398971093e-19), (700.0, 4.6731107967079661e-306, -4.6764523042521025e-306)]),
    ("besselk(-6, x)", &[(0.3, 5.2438525086971349e+6, -1.0503418929731392e+8), (0.99, 3884.7681098527640, -23924.075265475769), (2.5, 11.632742520769015, -30.63546634063218), (40.0, 1.3080506850527710e-18, -1.338589040353234e-18)]),
];

/// The scale that errors of an oscillating function near its zeros are measured by.
fn amplitude(text: &str, x: f64) -> f64 {
    match &text[..7] {
        "besselj" | "bessely" if x.abs() > 8.0 => (std::f64::consts::FRAC_2_PI / x.abs()).sqrt(),
        "besselj" => 0.0,
        "sinc(x)" if x.abs() > 1.0 => 1.0 / x.abs(),
        _ => 0.0,
    }
}

#[test]
fn values_and_derivatives_are_those_of_mpmath() {
    for (text, rows) in TABLE {
        let mut parsed = Expressions::parse(&[text], &Names::new(&["x"])).unwrap_or_else(|error| panic!("{error}"));
        let slope = parsed.differentiate(0, "x").ok();
        let shown = slope.map(|at| parsed.show(at));
        let compiled = parsed.compile();
        for &(x, value, derivative) in *rows {
            let found = compiled.evaluate(&[x]);
            let close = |found: f64, exact: f64, units: f64| {
                (found - exact).abs() <= units * f64::EPSILON * exact.abs().max(amplitude(text, x)).max(1e-300)
            };
            assert!(close(found[0], value, VALUE), "{text} at {x:e}: {:e} instead of {value:e}", found[0]);
            match slope {
                Some(at) => assert!(
                    derivative.is_nan() || close(found[at], derivative, DERIVATIVE),
                    "{text} at {x:e}: slope {:e} instead of {derivative:e} by {shown:?}",
                    found[at]
                ),
                None => assert!(derivative.is_nan(), "{text} has no derivative"),
            }
        }
    }
}

#[test]
fn every_instruction_set_and_the_plain_evaluator_give_the_same_bits() {
    for (text, rows) in TABLE {
        let parsed = Expressions::parse_as(Mode::Literal, &[text], &Names::new(&["x"])).unwrap_or_else(|error| panic!("{error}"));
        let compiled = parsed.compile();
        let (mut points, mut values) = (Columns::default(), Columns::default());
        points.reset(1, rows.len());
        points.column_mut(0).iter_mut().zip(*rows).for_each(|(x, row)| *x = row.0);
        points.pad();
        for &level in levels() {
            values.reset(1, rows.len());
            assert!(compiled.eval_at(level, points.points(1), &mut values.values()));
            // The density is an exponential, and that has a vector form.
            let tolerance = if text.starts_with("normpdf") { 4.0 * f64::EPSILON } else { 0.0 };
            for (i, (x, ..)) in rows.iter().enumerate() {
                let plain = parsed.graph().evaluate(parsed.roots(), &[*x], &[])[0];
                let found = values.column(0)[i];
                assert!((found - plain).abs() <= tolerance * plain.abs(), "{level:?} {text} at {x}: {found} not {plain}");
            }
        }
    }
}

#[test]
fn ends_of_the_domains_are_infinite_or_not_a_number() {
    let value = |text: &str| Expressions::parse(&[text], &Names::default()).unwrap().compile().evaluate(&[])[0];
    for (text, expected) in [
        ("norminv(0)", f64::NEG_INFINITY),
        ("norminv(1)", f64::INFINITY),
        ("erfinv(-1)", f64::NEG_INFINITY),
        ("ellipk(1)", f64::INFINITY),
        ("ellipe(1)", 1.0),
        ("zeta(1)", f64::INFINITY),
        ("zeta(-2)", 0.0),
        ("zeta(-200)", 0.0),
        ("zeta(2000)", 1.0),
        ("sinc(0)", 1.0),
        ("heaviside(0)", 0.5),
        ("besselk(0, 0)", f64::INFINITY),
        ("bessely(1, 0)", f64::NEG_INFINITY),
        ("besseli(3, 0)", 0.0),
        ("besselj(1000, 1)", 0.0),
        ("besselk(3, 1000)", 0.0),
        ("besseli(1, 1000)", f64::INFINITY),
        ("normcdf(-40)", 0.0),
        ("normcdf(40)", 1.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    for text in ["norminv(-0.1)", "norminv(1.1)", "erfinv(2)", "ellipk(1.5)", "ellipe(1.5)", "bessely(0, -1)", "besselk(0, -1)"] {
        assert!(value(text).is_nan(), "{text}");
    }
    for text in [
        "normcdf(y)",
        "norminv(y)",
        "erfinv(y)",
        "ellipk(y)",
        "ellipe(y)",
        "zeta(y)",
        "sinc(y)",
        "besseli(1, y)",
        "besselk(2, y)",
    ] {
        let parsed = Expressions::parse(&[text], &Names::new(&["y"])).unwrap();
        assert!(parsed.compile().evaluate(&[f64::NAN])[0].is_nan(), "{text}");
    }
}

#[test]
fn parity_is_known() {
    for (text, simple) in [
        ("besselj(1, -x) + besselj(1, x)", "0"),
        ("besseli(2, -x) - besseli(2, x)", "0"),
        ("sinc(-x) - sinc(x)", "0"),
        ("erfinv(-x) + erfinv(x)", "0"),
        ("bessely(-3, x) + bessely(3, x)", "0"),
        ("besselk(-3, x) - besselk(3, x)", "0"),
    ] {
        assert_eq!(Expressions::parse(&[text], &Names::new(&["x"])).unwrap().show(0), simple, "{text}");
    }
}

#[test]
fn series_are_written_out() {
    let names = Names::new(&["x", "y"]).parameter("n", 3.0).definition("k", "x + 1").definition("s", "sum(k, 1, 3, k)*k");
    for (text, same) in [
        ("sum(k, 1, 3, k*x^k)", "x + 2*x^2 + 3*x^3"),
        ("prod(k, 0, n, x + k)", "x*(x + 1)*(x + 2)*(x + 3)"),
        ("sum(k, -1, 1, k^2*y)", "2*y"),
        ("sum(k, 1, 0, x) + 1", "1"),
        ("prod(k, 1, 0, x)", "1"),
        // The name means the number within the term only, and hides what it means outside.
        ("sum(x, 1, 4, x) + x", "10 + x"),
        ("sum(k, 1, 2, k) + k", "3 + x + 1"),
        ("s", "6*(x + 1)"),
        ("sum(i, 1, 2, sum(j, i, 2*i, i*j*x))", "(1*(1+2) + 2*(2+3+4))*x"),
        ("sum(i, 1, sum(j, 1, 2, j), x - y)", "3*x - 3*y"),
        ("2^prod(j, 1, 3, j) - sum(j, 1, 2, x - j)*3", "64 - 6*x + 9"),
        ("sum(j, 1, 2, besselj(j, x))", "besselj(1, x) + besselj(2, x)"),
    ] {
        for mode in [Mode::Canonical, Mode::Literal] {
            let parsed = Expressions::parse_as(mode, &[text, same], &names).unwrap_or_else(|error| panic!("{error}"));
            let values = parsed.compile().evaluate(&[0.7, -1.2]);
            assert!((values[0] - values[1]).abs() <= 1e-14 * values[1].abs(), "{text}: {values:?}");
        }
    }
}

#[test]
fn what_no_series_and_no_order_is_gets_a_remedy() {
    let names = Names::new(&["x", "y"]).parameter("a", 0.5).tunable("t", 1.0);
    for (text, part, at) in [
        ("sum()", "`sum` takes 4 arguments, found 0; write `sum(k, from, to, a)`", 0),
        ("sum(k)", "found 1", 0),
        ("prod(k, 1)", "found 2; write `prod(k, from, to, a)`", 0),
        ("sum(k, 1, 2)", "found 3", 0),
        ("sum(k, 1, 2, 3, 4)", "found 5", 0),
        ("sum(1, 2, 3, 4)", "needs a name to run over as its first argument", 4),
        ("sum(k + 1, 2, 3, 4)", "needs a name to run over", 4),
        ("sum(pi, 1, 2, pi)", "`pi` is reserved (a constant)", 4),
        ("sum(sin, 1, 2, 3)", "`sin` is reserved (a function)", 4),
        ("sum(k, 1, 2, k", "never closed", 3),
        ("sum", "`sum` is a function", 0),
        ("sum(k, 1, x, k)", "must be a whole number, and this is no constant; only numbers", 10),
        ("sum(k, 1, t, k)", "this is no constant", 10),
        ("sum(k, a, 2, k)", "a bound of a sum or product must be a whole number, and this is 0.5", 7),
        ("sum(k, 1, 1/0, k)", "this is inf", 10),
        ("sum(k, 1, 10001, k*x)", "10001 terms are too many: a sum or product has at most 10000", 0),
        ("sum(k, 1, 9999, sum(j, 1, 9999, x))", "operations in all", 16),
        ("sum(k, 1, k, x)", "unknown name `k`", 10),
        ("sum(k, 1, 2, x) + k", "unknown name `k`", 18),
        ("besselj(x, y)", "the order of a Bessel function must be a whole number, and this is no constant", 8),
        ("besselj(a, y)", "must be a whole number, and this is 0.5", 8),
        ("besselk(2000, y)", "lies between -1000 and 1000, and this is 2000", 8),
        ("besselj(x)", "`besselj` takes 2 arguments, found 1; write `besselj(n, a)`", 0),
        ("mod(x)", "`mod` takes 2 arguments", 0),
        ("heaviside(x, 1)", "takes 1 argument", 0),
        ("j0(x)", "did you mean `besselj`?", 0),
        ("ellipkk(x)", "did you mean `ellipk`?", 0),
    ] {
        let error = Expressions::parse(&[text], &names).expect_err(text);
        assert!(error.to_string().contains(part), "{text}: {error}");
        assert_eq!(error.span().map(|span| span.start), Some(at), "{text}: {error}");
    }
    let terms = format!("sum(k, 1, {MAX_TERMS}, x^2/k)");
    assert!(Expressions::parse(&[&terms], &names).is_ok());
    let error = Expressions::parse(&["zeta(x)"], &names).unwrap().differentiate(0, "x").expect_err("refused").to_string();
    assert!(error.contains("`zeta` has no derivative"), "{error}");
}
