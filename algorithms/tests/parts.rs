//! Domains made of parts: values, Jacobians, bits, refusals.

use fubini_algorithms::coordinates::{Coordinates, Iterated, Limit, Limits, Part, Parts};
use fubini_algorithms::{Columns, Cuhre, Domain, Error, Integrator, Options, Qmc, Vegas, scalar};

/// The unit square below and above the diagonal, and a third part elsewhere.
fn three() -> Parts<'static> {
    let below = Iterated::new(vec![Limits::new(0.0, 1.0), Limits::new(0.0, Limit::varying(scalar(1, |x| x[0])))]).unwrap();
    let above = Iterated::new(vec![Limits::new(0.0, 1.0), Limits::new(1.0, Limit::varying(scalar(1, |x| x[0])))]).unwrap();
    let far = Domain::new(&[(2.0, 3.0), (0.0, f64::INFINITY)]).unwrap();
    // The limits above are reversed, and so is their sign.
    Parts::new(vec![Part::new(below), Part::new(above).times(-1.0), Part::new(far).drawn(1, [2, 1])]).unwrap()
}

#[test]
fn parts_add_up_for_every_method() {
    // |x − y| over the square is 1/3; exp(−y) over the last part is 1.
    let f = scalar(2, |x| if x[0] < 1.5 { (x[0] - x[1]).abs() } else { (-x[1]).exp() });
    let cuhre = Cuhre::default().integrate(&f, &three(), &Options::default().rtol(1e-9)).unwrap();
    assert!((cuhre.integrals[0].value - 4.0 / 3.0).abs() <= cuhre.integrals[0].error && cuhre.evaluations < 10_000, "{cuhre:?}");
    for method in [&Qmc::default() as &dyn Integrator, &Vegas::default()] {
        let report = method.integrate(&f, &three(), &Options::default().rtol(1e-3)).unwrap();
        assert!((report.integrals[0].value - 4.0 / 3.0).abs() <= 4.0 * report.integrals[0].error, "{report:?}");
    }
}

#[test]
fn points_drawn_towards_an_end_do_not_leave_the_part() {
    // By a last digit they did, and √x (1 − x)^0.1 was not a number there: products of such factors were taken as a whole then,
    // without maps, and with stated errors of a tenth of what they were off by.
    for orders in (1..=12).flat_map(|a| (1..=12).map(move |b| [a, b])) {
        let parts = Parts::new(vec![Part::new(Domain::unit(1)).drawn(0, orders)]).unwrap();
        let f = scalar(1, |x| if (0.0..=1.0).contains(&x[0]) { x[0] } else { f64::NAN });
        let report = Cuhre::default().integrate(&f, &parts, &Options::default().rtol(1e-13).max_evals(5_000)).unwrap();
        assert!(report.non_finite == 0 && (report.integrals[0].value - 0.5).abs() < 1e-12, "{orders:?}: {report:?}");
    }
}

#[test]
fn the_jacobian_is_the_derivative_of_the_map() {
    let corner = |head: usize, rest: usize| {
        Part::new(Domain::new(&[(1.0, 3.0), (-1.0, 0.0)]).unwrap()).drawn(0, [3, 2]).drawn(1, [1, 2]).blown_up(&[head, rest])
    };
    let parts = Parts::new(vec![corner(0, 1), corner(1, 0)]).unwrap();
    let at = |u: [f64; 2]| -> [f64; 3] {
        let mut columns = Columns::default();
        columns.reset(3, 1);
        (0..2).for_each(|d| columns.column_mut(d)[0] = u[d]);
        columns.column_mut(2)[0] = 1.0;
        columns.pad();
        parts.transform(&mut columns);
        [0, 1, 2].map(|c| columns.column(c)[0])
    };
    let h = 1e-6;
    for u in [[0.1, 0.2], [0.3, 0.9], [0.6, 0.4], [0.9, 0.7]] {
        let slope = |d: usize| {
            let (mut left, mut right) = (u, u);
            (left[d], right[d]) = (u[d] - h, u[d] + h);
            let (left, right) = (at(left), at(right));
            [0, 1].map(|c| (right[c] - left[c]) / (2.0 * h))
        };
        let (a, b) = (slope(0), slope(1));
        let [x, y, jacobian] = at(u);
        assert!((jacobian / (a[0] * b[1] - a[1] * b[0]).abs() - 1.0).abs() < 1e-6, "{u:?}: {jacobian}");
        assert!((1.0..=3.0).contains(&x) && (-1.0..=0.0).contains(&y), "{u:?}: {x} {y}");
        let found = parts.locate(&[x, y]).unwrap();
        assert!(found.iter().zip(u).all(|(found, u)| (found - u).abs() < 1e-9), "{u:?}: {found:?}");
    }
    assert_eq!(parts.locate(&[0.5, -0.5]), None);
}

#[test]
fn threads_change_no_bit_and_misfits_are_refused() {
    let f = scalar(2, |x| ((x[0] - x[1]).abs().sqrt() + x[0]) * (-x[1]).exp());
    let run = |options: Options| Cuhre::default().integrate(&f, &three(), &options.max_evals(20_000)).unwrap();
    let (one, two) = (run(Options::default().rtol(1e-11).threads(1)), run(Options::default().rtol(1e-11).threads(2)));
    assert_eq!(one.integrals[0].value.to_bits(), two.integrals[0].value.to_bits());
    assert!(matches!(Parts::new(Vec::new()), Err(Error::NoVariables { .. })));
    let mixed = vec![Part::new(Domain::unit(2)), Part::new(Domain::unit(3))];
    assert!(matches!(Parts::new(mixed), Err(Error::Dimension { integrand: 2, given: 3, .. })));
    let bad = Part::new(Domain::from_axes(vec![fubini_algorithms::coordinates::AxisMap::Above { lo: 0.0, scale: -1.0 }]));
    assert!(Parts::new(vec![bad]).is_err());
}
