//! `GammaDraw`: draws of Gamma distributions of rate 1, from what follows from the shape alone.

use rand::Rng;

use crate::draw::{open_unit, standard_normal, unit_exponential};

/// The sampler of one shape, by rejection from the cube of a Gaussian (Marsaglia and Tsang 2000): its constants are computed once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GammaDraw {
    /// The shape less a third, and one over thrice its root: of the shape plus 1 where that is below 1.
    d: f64,
    c: f64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Of shape 1, where the distribution is exponential.
    Exponential,
    /// Of a shape below 1, with one over it: a draw of the shape plus 1 times `U^(1/shape)`.
    Boosted(f64),
    Plain,
}

impl GammaDraw {
    /// Of shape `alpha > 0`.
    pub(crate) fn new(alpha: f64) -> Self {
        let (shape, kind) = match alpha {
            a if a < 1.0 => (a + 1.0, Kind::Boosted(1.0 / a)),
            a if a == 1.0 => (a, Kind::Exponential),
            a => (a, Kind::Plain),
        };
        let d = shape - 1.0 / 3.0;
        GammaDraw { d, c: 1.0 / (9.0 * d).sqrt(), kind }
    }

    /// Of a shape of at least 1.
    fn large(self, rng: &mut dyn Rng) -> f64 {
        loop {
            let x = standard_normal(rng);
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let (v, square) = (root * root * root, x * x);
            let u = open_unit(rng);
            if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + self.d * (1.0 - v + v.ln()) {
                return self.d * v;
            }
        }
    }

    /// A draw, never 0: one too small for `f64` is the smallest normal number.
    pub(crate) fn draw(self, rng: &mut dyn Rng) -> f64 {
        let x = match self.kind {
            Kind::Exponential => unit_exponential(rng),
            Kind::Plain => self.large(rng),
            Kind::Boosted(power) => self.large(rng) * open_unit(rng).powf(power),
        };
        x.max(f64::MIN_POSITIVE)
    }

    /// The logarithm of a draw, a number where the draw itself would be 0.
    pub(crate) fn draw_log(self, rng: &mut dyn Rng) -> f64 {
        match self.kind {
            Kind::Boosted(power) => self.large(rng).ln() + open_unit(rng).ln() * power,
            _ => self.draw(rng).ln(),
        }
    }

    /// True where draws of this shape come nowhere near the ends of `f64`, so that quotients of two need no logarithms.
    pub(crate) fn is_moderate(self) -> bool {
        // U > 2⁻⁵³, whose twelfth power is 1e-192.
        self.d < 1e100 && !matches!(self.kind, Kind::Boosted(power) if power > 12.0)
    }
}
