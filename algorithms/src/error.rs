//! Requests that no amount of work could satisfy. Not converging is no error: it is a [`Report`](crate::Report).

/// Why a request could not be carried out, with the numbers that say so.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tolerance is negative or not a number.
    #[error("{name} is {value}: a tolerance must be a number, zero or greater")]
    Tolerance {
        /// Which one: `rtol` or `atol`.
        name: &'static str,
        /// What was asked.
        value: f64,
    },

    /// The budget does not suffice for the smallest possible piece of work.
    #[error("max_evals is {max_evals}, but {method} needs at least {needed} evaluations in {dim} dimensions to say anything")]
    Budget {
        /// The integrator.
        method: &'static str,
        /// What was asked.
        max_evals: u64,
        /// The least that the method can work with.
        needed: u64,
        /// Number of variables.
        dim: usize,
    },

    /// The method keeps more than the memory that it may take.
    #[error(
        "max_memory is {max_memory} bytes, but {method} needs {needed} for this integrand: integrate fewer components at once, or \
         allow more"
    )]
    Memory {
        /// The integrator.
        method: &'static str,
        /// Bytes.
        needed: u64,
        /// What was asked.
        max_memory: u64,
    },

    /// Zero threads were asked for.
    #[error("threads is 0: at least one thread is needed (leave it unset for all cores)")]
    Threads,

    /// More threads were asked for than this machine could bear.
    #[error(
        "threads is {threads}: at most {ceiling} can be asked for on this machine, 16 for each of its cores and at least 64; \
         leave it unset for all cores"
    )]
    TooManyThreads {
        /// What was asked.
        threads: usize,
        /// The largest number allowed, see [`max_threads`](crate::max_threads).
        ceiling: usize,
    },

    /// A limit of integration is not a number.
    #[error("limit of variable {axis} is {lo}:{hi}: limits must be numbers or infinities, and differ if infinite")]
    Limits {
        /// The variable, counted from 0.
        axis: usize,
        /// Lower limit.
        lo: f64,
        /// Upper limit.
        hi: f64,
    },

    /// Limits that depend on other variables are not numbers where they are needed.
    #[error(
        "the limits of variable {axis} are not numbers at {count} of {evaluations} points, first where the variables before it are \
         {before:?}: check their formula, and the limits of the variables before"
    )]
    Nowhere {
        /// The variable, counted from 0.
        axis: usize,
        /// Points at which they are not numbers.
        count: u64,
        /// Points evaluated.
        evaluations: u64,
        /// The variables before it at the first such point.
        before: Vec<f64>,
    },

    /// There is nothing to integrate over.
    #[error("the {what} has no variables: at least one is needed")]
    NoVariables {
        /// `domain` or `coordinates`.
        what: &'static str,
    },

    /// A side of the unit cube is stretched by a number that makes no interval of it.
    #[error("{coordinates} coordinates: the {number} of variable {axis} is {value}: it must be {allowed}")]
    Axis {
        /// The coordinates.
        coordinates: &'static str,
        /// The coordinates' own variable, counted from 0.
        axis: usize,
        /// Which number of its map: `scale`, `centre`, a limit or the length.
        number: &'static str,
        /// What was given.
        value: f64,
        /// What would do.
        allowed: &'static str,
    },

    /// The lengths of the sides multiply to a number beyond the range of doubles.
    #[error("the volume of the domain is {volume:e} in double precision: measure the variables in other units")]
    Volume {
        /// What it came to: zero or infinity.
        volume: f64,
    },

    /// The integrand and the domain or coordinates disagree on the number of variables.
    #[error("the integrand has {integrand} variables, but the {what} has {given}")]
    Dimension {
        /// Variables of the integrand.
        integrand: usize,
        /// `domain` or `coordinates`.
        what: &'static str,
        /// Variables given.
        given: usize,
    },

    /// The method does not work in this many dimensions.
    #[error("{method} works in {min} to {max} dimensions, not in {dim}; `vegas` works in any")]
    Unsupported {
        /// The integrator.
        method: &'static str,
        /// Number of variables asked for.
        dim: usize,
        /// Smallest number of variables.
        min: usize,
        /// Largest number of variables.
        max: usize,
    },

    /// The integrand has no component, or the ratio names one that is not there.
    #[error("component {index} was asked for, but the integrand has {components}")]
    Component {
        /// The component asked for, counted from 0.
        index: usize,
        /// Components of the integrand.
        components: usize,
    },

    /// The method finds quotients only, all over one denominator.
    #[error(
        "{method} walks through the density below the line of a ratio and finds ratios only: ask for a ratio as the target, \
         all with the same denominator (--ratio, --target ratio); `vegas` and `qmc` find integrals"
    )]
    RatioOnly {
        /// The integrator.
        method: &'static str,
    },

    /// A density takes both signs.
    #[error("component {component} takes both signs, but {method} needs a denominator that is a density: 0 or above everywhere")]
    Density {
        /// The integrator.
        method: &'static str,
        /// The component, counted from 0.
        component: usize,
    },

    /// A setting of a method is out of its range.
    #[error("{name} is {value}: it must be {allowed}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What was asked.
        value: f64,
        /// What would do.
        allowed: &'static str,
    },

    /// A hint lies outside of the domain or has the wrong number of coordinates.
    #[error("hint {hint:?}: it must be a point of the domain, with {dim} coordinates")]
    Hint {
        /// What was given.
        hint: Vec<f64>,
        /// Number of variables.
        dim: usize,
    },

    /// A tensor train cannot be made, or a saved one not be used.
    #[error("there is no train: {reason}")]
    Train {
        /// What is wrong.
        reason: String,
    },

    /// A saved importance map cannot be used.
    #[error("the importance map cannot be used: {reason}")]
    Map {
        /// What is wrong with it.
        reason: String,
    },

    /// Samples, or the use of a map, were asked of a method that has none.
    #[error("{method} draws no weighted samples and has no importance map: take vegas")]
    NoSamples {
        /// The integrator.
        method: &'static str,
    },

    /// A saved state cannot be continued.
    #[error("the saved state cannot be continued: {reason}")]
    State {
        /// Why not.
        reason: String,
    },

    /// The integrand is finite, but not its product with the Jacobian.
    #[error(
        "the integrand times the Jacobian of the domain is not finite at {count} of {evaluations} points, first at x = {point:?}, \
         where the integrand is {values:?}: measure the variables or the integrand in other units"
    )]
    Jacobian {
        /// Points at which it is not finite.
        count: u64,
        /// Points evaluated.
        evaluations: u64,
        /// The first such point, in the integrand's own variables.
        point: Vec<f64>,
        /// The values there, before multiplication with the Jacobian.
        values: Vec<f64>,
    },

    /// Values are finite, but not their sums.
    #[error("the sums of component {component} exceed the largest double: divide the integrand by a power of ten")]
    Overflow {
        /// The component, counted from 0.
        component: usize,
    },

    /// The integrand is not finite at more than a small share of the points.
    #[error(
        "the integrand is not finite at {count} of {evaluations} points, first at x = {point:?} where it is {values:?}; \
         isolated singular points are skipped, but these are too many: check the formula and the limits"
    )]
    NotFinite {
        /// Points at which it is not finite.
        count: u64,
        /// Points evaluated.
        evaluations: u64,
        /// The first such point, in the integrand's own variables.
        point: Vec<f64>,
        /// The values there, before multiplication with the Jacobian.
        values: Vec<f64>,
    },
}
