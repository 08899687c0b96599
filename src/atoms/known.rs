//! Energies that are known: of the trial functions from one-dimensional integrals in extended precision, and of the
//! ground states (G. W. F. Drake, Phys. Rev. A 65 (2002) 054501; H. Nakashima, H. Nakatsuji, J. Chem. Phys. 127
//! (2007) 224104).

use super::catalogue::Entry;
use super::{Hamiltonian, Helium, Hydrogen, Spin, Trial};
use crate::Reference;

/// (Z, α, β, E) of the Padé-Jastrow function.
const PADE_JASTROW: [(f64, f64, f64, f64); 9] = [
    (2.0, 2.0, 0.0, -2.855_504_587_155_963_3),
    (2.0, 2.0, 0.01, -2.860_012_317_492_048_0),
    (2.0, 2.0, 0.05, -2.871_353_622_366_691_2),
    (2.0, 2.0, 0.15, -2.878_174_669_630_936_8),
    (2.0, 2.0, 1.0, -2.826_115_941_432_650_4),
    (1.0, 1.0, 0.067_38, -0.497_049_787_026_165_63),
    (1.0, 0.835_11, 0.171_6, -0.508_370_114_034_829_0),
    (3.0, 3.0, 0.218_3, -7.255_268_474_116_232_0),
    (3.0, 2.846_1, 0.519_8, -7.267_520_263_077_954_7),
];

/// Exact non-relativistic energies of two electrons about an infinitely heavy nucleus, Z = 1, 2, ….
const GROUND_STATES: [f64; 10] = [
    -0.527_751_016_544_377_2,
    -2.903_724_377_034_119_6,
    -7.279_913_412_669,
    -13.655_566_238_424,
    -22.030_971_580_243,
    -32.406_246_601_899,
    -44.781_445_148_773,
    -59.156_595_122_758,
    -75.531_712_363_959,
    -93.906_806_515_038,
];

/// The same of three electrons, Z = 3: L. M. Wang, Z.-C. Yan, H. X. Qiao, G. W. F. Drake, Phys. Rev. A 83 (2011) 034503; Z = 4:
/// M. Puchalski, K. Pachucki, arXiv:0811.2874.
const OF_THREE: [f64; 2] = [LITHIUM, -14.324_763_176_790];
pub(super) const LITHIUM: f64 = -7.478_060_323_910;

/// 2³S of helium, and 2¹P: G. W. F. Drake, Z.-C. Yan, Chem. Phys. Lett. 229 (1994) 486; Phys. Rev. A 46 (1992) 2378.
pub(super) const LOWEST_TRIPLET: f64 = -2.175_229_378_236_791;
pub(super) const LOWEST_P: f64 = -2.123_843_086_498;

/// Two electrons and a positron, Ps⁻: M. Grigorescu, G. W. F. Drake, arXiv:physics/0303095.
pub(super) const POSITRONIUM_ION: f64 = -0.262_005_070_232_980;

/// (β, E) of ψ = exp(−r − β r²).
const HYDROGEN: [(f64, f64); 3] = [(0.0, -0.5), (0.05, -0.489_302_542_597_458_3), (0.1, -0.465_803_451_928_591_6)];

pub(super) fn pade_jastrow(helium: Helium) -> Vec<Reference> {
    let same = |entry: &&(f64, f64, f64, f64)| (entry.0, entry.1, entry.2) == (helium.charge, helium.alpha, helium.beta);
    let trial = PADE_JASTROW.iter().find(same).map(|entry| entry.3);
    references(trial, ground_state(2, helium.charge))
}

/// The ground state of one or two electrons about a nucleus, for comparison with any trial function, whose own energy may
/// be known too, as may that of the state that it stands for.
pub(super) fn any(trial: &Trial, entry: Option<&Entry>, triplet: bool) -> Vec<Reference> {
    let own = entry.filter(|entry| entry.uncertainty == 0.0).map(|entry| entry.energy);
    if let Some(state) = entry.and_then(|entry| entry.exact) {
        let name = if trial.hamiltonian.is_plain() && ground_state(trial.electrons, trial.charge) == Some(state) {
            "ground state"
        } else {
            "the state"
        };
        let state = Reference { name: name.to_string(), value: state, exact: false };
        return references(own, None).into_iter().chain([state]).collect();
    }
    let Trial { electrons, charge, hamiltonian, .. } = trial;
    let free = Hamiltonian { mass: None, ..hamiltonian.clone() }.is_plain();
    let ground = match (hamiltonian.mass, electrons) {
        _ if !free || *charge == 0.0 || hamiltonian.nuclei.is_some() => None,
        // The ground state is of another symmetry.
        _ if *electrons == 3 && trial.spin == Some(Spin::Quartet) => None,
        _ if triplet => {
            let lowest = (*charge == 2.0 && hamiltonian.mass.is_none()).then_some(LOWEST_TRIPLET);
            let known = Reference { name: "lowest triplet".to_string(), value: lowest.unwrap_or_default(), exact: false };
            return references(own, None).into_iter().chain(lowest.map(|_| known)).collect();
        }
        (None, _) => ground_state(*electrons, *charge),
        (Some(mass), 1) => Some(-0.5 * charge * charge * mass / (1.0 + mass)),
        (Some(_), 3) => None,
        (Some(mass), _) => (mass == 1.0 && *charge == 1.0).then_some(POSITRONIUM_ION),
    };
    references(own, ground)
}

pub(super) fn ground_state(electrons: usize, charge: f64) -> Option<f64> {
    if electrons == 1 {
        return Some(-0.5 * charge * charge);
    }
    if electrons == 3 {
        return (3..=4).find(|z| *z as f64 == charge).map(|z| OF_THREE[z - 3]);
    }
    (1..=GROUND_STATES.len()).find(|z| *z as f64 == charge).map(|z| GROUND_STATES[z - 1])
}

pub(super) fn hydrogen(hydrogen: Hydrogen) -> Vec<Reference> {
    references(HYDROGEN.iter().find(|entry| entry.0 == hydrogen.beta).map(|entry| entry.1), ground_state(1, 1.0))
}

fn references(trial: Option<f64>, ground: Option<f64>) -> Vec<Reference> {
    let trial = trial.map(|value| Reference { name: "exact for this ψ".to_string(), value, exact: true });
    let ground = ground.map(|value| Reference { name: "ground state".to_string(), value, exact: false });
    trial.into_iter().chain(ground).collect()
}
