//! Systems of the catalogue with Hamiltonians of their own: what else holds electrons than an infinitely heavy nucleus.

use super::catalogue::Entry;
use super::{Hamiltonian, Nuclei, Spin, Trial};

/// A system with a trial function.
pub(super) struct System {
    pub(super) name: &'static str,
    pub(super) psi: &'static str,
    pub(super) electrons: usize,
    pub(super) charge: f64,
    pub(super) potential: Option<&'static str>,
    pub(super) repulsion: Option<&'static str>,
    pub(super) mass: Option<f64>,
    pub(super) radius: Option<f64>,
    /// That ψ is given by permutations.
    pub(super) spin: Option<Spin>,
    /// Charges and distance.
    pub(super) nuclei: Option<([f64; 2], f64)>,
    pub(super) parameters: &'static [(&'static str, f64)],
    /// That of this ψ, from our own integrals.
    pub(super) energy: f64,
    /// How far it may be off, where that is more than its last digit.
    pub(super) uncertainty: f64,
    /// That of the state.
    pub(super) exact: Option<f64>,
    /// Where that is found.
    pub(super) source: &'static str,
}

const HELIUM: System = System {
    name: "",
    psi: "",
    electrons: 2,
    charge: 2.0,
    potential: None,
    repulsion: None,
    mass: None,
    radius: None,
    spin: None,
    nuclei: None,
    parameters: &[],
    energy: 0.0,
    uncertainty: 0.0,
    exact: None,
    source: "",
};

pub(super) const SYSTEMS: [System; 14] = [
    System {
        name: "james-coolidge-5",
        psi: "exp(-a*(xi1+xi2))*(1 + c2*(eta1^2+eta2^2) + c3*(eta1*eta2) + c4*(xi1+xi2) + c5*((2*r12/bond)))",
        charge: 0.0,
        nuclei: Some(([1.0, 1.0], 1.4)),
        parameters: &[("a", 0.75), ("c2", 0.179741646), ("c3", -0.125056661), ("c4", -0.136273243), ("c5", 0.08898101)],
        energy: -1.1664748,
        uncertainty: 1e-6,
        exact: Some(-1.174_475_714_220),
        source: "H. M. James, A. S. Coolidge, J. Chem. Phys. 1 (1933) 825; of the state: K. Pachucki, Phys. Rev. A 82 (2010) 032509",
        ..HELIUM
    },
    System {
        name: "james-coolidge-13",
        psi: "exp(-a*(xi1+xi2))*(1 + c2*(eta1^2+eta2^2) + c3*(eta1*eta2) + c4*(xi1+xi2) + c5*(xi1*eta2^2+xi2*eta1^2) + c6*((xi1+xi2)*eta1*eta2) + c7*(xi1*eta1^2+xi2*eta2^2) + c8*(xi1^2+xi2^2) + c9*((2*r12/bond)) + c10*((eta1^2+eta2^2)*(2*r12/bond)) + c11*(eta1*eta2*(2*r12/bond)) + c12*((xi1+xi2)*(2*r12/bond)) + c13*((2*r12/bond)^2))",
        charge: 0.0,
        nuclei: Some(([1.0, 1.0], 1.4)),
        parameters: &[
            ("a", 0.75),
            ("c2", 0.268192753),
            ("c3", -0.205597656),
            ("c4", -0.186317921),
            ("c5", -0.027909527),
            ("c6", 0.02861125),
            ("c7", -0.038965776),
            ("c8", 0.018655098),
            ("c9", 0.157598892),
            ("c10", 0.016677723),
            ("c11", -0.006154842),
            ("c12", -0.00864497),
            ("c13", -0.005693519),
        ],
        energy: -1.1735386,
        uncertainty: 1e-6,
        exact: Some(-1.174_475_714_220),
        source: "H. M. James, A. S. Coolidge, J. Chem. Phys. 1 (1933) 825; of the state: K. Pachucki, Phys. Rev. A 82 (2010) 032509",
        ..HELIUM
    },
    System {
        name: "helium-hydride",
        psi: "exp(-a*(xi1+xi2)-b*(eta1+eta2))*(1 + c2*r12 + c3*eta1*eta2 + c4*(eta1+eta2) + c5*(eta1^2+eta2^2) + c6*(xi1+xi2) + c7*(eta1+eta2)*r12 + c8*eta1*eta2*r12 + c9*r12^2 + c10*(xi1*eta1+xi2*eta2) + c11*(xi1^2+xi2^2) + c12*eta1*eta2*(eta1+eta2) + c13*(eta1^2+eta2^2)*r12)",
        charge: 0.0,
        nuclei: Some(([2.0, 1.0], 1.46)),
        parameters: &[
            ("a", 1.412_847),
            ("b", 0.603_827),
            ("c2", 0.327_172_382),
            ("c3", -0.195_402_980),
            ("c4", -0.350_168_566),
            ("c5", 0.382_216_190),
            ("c6", -0.173_266_098),
            ("c7", -0.103_302_954),
            ("c8", -0.031_873_293),
            ("c9", -0.062_814_971),
            ("c10", 0.175_124_472),
            ("c11", 0.040_126_067),
            ("c12", -0.176_070_093),
            ("c13", 0.070_492_675),
        ],
        energy: -2.976_056_8,
        uncertainty: 2e-6,
        exact: Some(-2.978_706_6),
        source: "W. Cencek, J. Komasa, J. Rychlewski, Chem. Phys. Lett. 246 (1995) 417",
        ..HELIUM
    },
    System {
        name: "helium-2-3s",
        psi: "exp(-a*r1-b*r2)*(1+c1*r2+c2*u+c3*r2*u) - exp(-b*r1-a*r2)*(1+c1*r1+c2*u+c3*r1*u)",
        parameters: &[
            ("a", 2.002_681_3),
            ("b", 0.623_180_07),
            ("c1", -1.404_166_406),
            ("c2", -0.219_747_592),
            ("c3", 0.011_940_476),
        ],
        energy: -2.175_115_644_430_778,
        exact: Some(super::known::LOWEST_TRIPLET),
        source: "G. W. F. Drake, Z.-C. Yan, Chem. Phys. Lett. 229 (1994) 486",
        ..HELIUM
    },
    System {
        name: "helium-2-1p",
        psi: "z2*exp(-a*r1-b*r2)*(1 + c*u) + z1*exp(-b*r1-a*r2)*(1 + c*u)",
        parameters: &[("a", 2.005_931_5), ("b", 0.524_757), ("c", 0.047_061_716)],
        energy: -2.123_029_43,
        uncertainty: 2e-6,
        exact: Some(super::known::LOWEST_P),
        source: "G. W. F. Drake, Z.-C. Yan, Phys. Rev. A 46 (1992) 2378",
        ..HELIUM
    },
    System {
        name: "confined-helium",
        psi: "(1-r1/radius)*(1-r2/radius)*exp(-a*s)*(1 + c1*u + c2*t^2)",
        radius: Some(2.0),
        parameters: &[("a", 1.178_286_82), ("c1", 0.292_908_764), ("c2", 0.214_997_42)],
        energy: -2.597_681_735_7,
        exact: Some(-2.604_038),
        source: "C. Laughlin, S.-I. Chu, J. Phys. A 42 (2009) 265004",
        ..HELIUM
    },
    // Terms by what each adds to the energy, out of 202 with five sets of exponents and a degree of four or two; coefficients from the
    // eigenvalue problem over 2^19 scattered points; a, b and q from `optimize` with 50 terms of one set.
    System {
        name: "lithium",
        psi: include_str!("lithium.txt"),
        electrons: 3,
        charge: 3.0,
        spin: Some(Spin::Doublet),
        parameters: &[("a", 3.02), ("b", 0.683), ("q", 1.3)],
        energy: -7.478_010_9,
        uncertainty: 7e-7,
        exact: Some(super::known::LITHIUM),
        source: "L. M. Wang, Z.-C. Yan, H. X. Qiao, G. W. F. Drake, Phys. Rev. A 83 (2011) 034503",
        ..HELIUM
    },
    System {
        name: "hooke",
        psi: "(1+u/2)*exp(-(r1^2+r2^2)/4)",
        charge: 0.0,
        potential: Some("r^2/8"),
        energy: 2.0,
        exact: Some(2.0),
        source: "S. Kais, D. R. Herschbach, R. D. Levine, J. Chem. Phys. 91 (1989) 7791",
        ..HELIUM
    },
    System {
        name: "positronium",
        psi: "exp(-r/2)",
        electrons: 1,
        charge: 1.0,
        mass: Some(1.0),
        energy: -0.25,
        exact: Some(-0.25),
        source: "A. E. Ruark, Phys. Rev. 68 (1945) 278",
        ..HELIUM
    },
    System {
        name: "positronium-ion",
        psi: "(exp(-a*r1-b*r2) + exp(-b*r1-a*r2))*(1 + c*u)",
        charge: 1.0,
        mass: Some(1.0),
        parameters: &[("a", 0.5208), ("b", 0.154_36), ("c", 0.013_854)],
        energy: -0.256_735_751_025_729,
        exact: Some(super::known::POSITRONIUM_ION),
        source: "M. Grigorescu, G. W. F. Drake, arXiv:physics/0303095",
        ..HELIUM
    },
    System {
        name: "confined-hydrogen",
        psi: "exp(-r/2)*(1-r/radius)",
        electrons: 1,
        charge: 1.0,
        radius: Some(2.0),
        energy: -0.125,
        exact: Some(-0.125),
        source: "A. Michels, J. de Boer, A. Bijl, Physica 4 (1937) 981",
        ..HELIUM
    },
    System {
        name: "debye-helium",
        psi: "exp(-a*s)*(1 + c1*u + c2*t^2)",
        charge: 0.0,
        potential: Some("-2*exp(-m*r)/r"),
        repulsion: Some("exp(-m*r12)/r12"),
        parameters: &[("m", 0.1), ("a", 1.811_917_905), ("c1", 0.289_685_446), ("c2", 0.132_399_805)],
        energy: -2.613_503_294_766_010,
        exact: None,
        source: "P. Debye, E. Hückel, Phys. Z. 24 (1923) 185",
        ..HELIUM
    },
    // The energy of the state has five digits: 50 terms of Hylleraas give -0.4790331.
    System {
        name: "debye-hydride",
        psi: "(exp(-a*r1-b*r2) + exp(-b*r1-a*r2))*(1 + c*u)",
        charge: 0.0,
        potential: Some("-exp(-m*r)/r"),
        repulsion: Some("exp(-m*r12)/r12"),
        parameters: &[("m", 0.05), ("a", 1.073_624), ("b", 0.475_486_9), ("c", 0.309_037_3)],
        energy: -0.477_169_565_370_228,
        exact: Some(-0.479_04),
        source: "L. Zhang, P. Winkler, Int. J. Quantum Chem. 60 (1996) 1643",
        ..HELIUM
    },
    // The product of two Hartree-Fock orbitals of five Slater functions each: its energy is published, that of the state is not.
    System {
        name: "yukawa-helium",
        psi: concat!(
            "(exp(-1.4191*r1)+0.7976950928*exp(-2.5722*r1)-0.1087814108*r1*exp(-4.2625*r1)",
            "-r1^2*(0.1084781989*exp(-3.9979*r1)+0.1858124808*exp(-5.4864*r1)))*",
            "(exp(-1.4191*r2)+0.7976950928*exp(-2.5722*r2)-0.1087814108*r2*exp(-4.2625*r2)",
            "-r2^2*(0.1084781989*exp(-3.9979*r2)+0.1858124808*exp(-5.4864*r2)))",
        ),
        repulsion: Some("exp(-m*r12)/r12"),
        parameters: &[("m", 0.05)],
        energy: -2.910_023_810_155_901,
        exact: None,
        source: "O. Certik, hfsolver (github.com/certik/hfsolver), src/tests/test_sto_he5.f90",
        ..HELIUM
    },
];

impl System {
    pub(super) fn entry(&self) -> Entry {
        let owned = |text: Option<&str>| text.map(str::to_string);
        let hamiltonian = Hamiltonian {
            potential: owned(self.potential),
            repulsion: owned(self.repulsion),
            mass: self.mass,
            radius: self.radius,
            nuclei: self.nuclei.map(|(charges, bond)| Nuclei { charges, bond }),
        };
        let definitions = if self.electrons == 2 && self.nuclei.is_none() { super::catalogue::definitions() } else { Vec::new() };
        let parameters = self.parameters.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        let (electrons, charge) = (self.electrons, self.charge);
        let psi = self.psi.split('\n').collect();
        let trial = Trial { psi, electrons, charge, parameters, definitions, hamiltonian, spin: self.spin };
        Entry {
            name: self.name,
            trial,
            energy: self.energy,
            uncertainty: self.uncertainty,
            exact: self.exact,
            source: self.source,
        }
    }
}
