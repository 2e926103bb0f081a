//! `PoissonDraw`: draws of Poisson distributions, from what follows from the rate alone.

use rand::{Rng, RngExt};

use super::saddle;
use crate::draw::{open_unit, standard_normal};

/// The sampler of one rate: its constants are computed once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PoissonDraw {
    /// Of rate 0.
    None,
    /// Up to a rate of 12: the probabilities are added up from 0 on, the first of which is kept.
    Search { mu: f64, first: f64 },
    /// Above: Hörmann's transformed rejection with squeeze (PTRS, 1993), against probabilities by their saddle point, which hold at any size.
    Rejection { mu: f64, a: f64, b: f64, log_scale: f64, squeeze: f64 },
    /// From `1e18` on a rounded Gaussian, whose error is below one part in `1e9` of the spread.
    Gaussian { mu: f64, sd: f64 },
}

/// `1/k`, so that no division waits for another.
const RECIPROCALS: [f64; 128] = {
    let mut all = [0.0; 128];
    let mut k = 1;
    while k < all.len() {
        all[k] = 1.0 / k as f64;
        k += 1;
    }
    all
};

impl PoissonDraw {
    /// Of rate `mu >= 0`.
    pub(crate) fn new(mu: f64) -> Self {
        if mu == 0.0 {
            return PoissonDraw::None;
        }
        if mu <= 12.0 {
            return PoissonDraw::Search { mu, first: (-mu).exp() };
        }
        if mu >= 1e18 {
            return PoissonDraw::Gaussian { mu, sd: mu.sqrt() };
        }
        let b = 0.931 + 2.53 * mu.sqrt();
        PoissonDraw::Rejection {
            mu,
            a: -0.059 + 0.02483 * b,
            b,
            log_scale: (1.1239 + 1.1328 / (b - 3.4)).ln(),
            squeeze: 0.9277 - 3.6224 / (b - 2.0),
        }
    }

    pub(crate) fn draw(self, rng: &mut dyn Rng) -> f64 {
        match self {
            PoissonDraw::None => 0.0,
            PoissonDraw::Search { mu, first } => {
                let (mut left, mut p) = (rng.random::<f64>(), first);
                for (k, next) in RECIPROCALS.iter().skip(1).enumerate() {
                    // What rounding has left beyond all the mass belongs to no value: below 1e-20 nothing is looked for.
                    if left < p || p < 1e-20 {
                        return k as f64;
                    }
                    left -= p;
                    p *= mu * next;
                }
                0.0
            }
            PoissonDraw::Rejection { mu, a, b, log_scale, squeeze } => loop {
                let (u, v) = (rng.random::<f64>() - 0.5, open_unit(rng));
                let from_end = 0.5 - u.abs();
                let x = ((2.0 * a / from_end + b) * u + mu + 0.43).floor();
                if from_end >= 0.07 && v <= squeeze {
                    return x;
                }
                if x < 0.0 || from_end < 0.013 && v > from_end {
                    continue;
                }
                if v.ln() + log_scale - (a / (from_end * from_end) + b).ln() <= saddle::poisson(x, mu) {
                    return x;
                }
            },
            PoissonDraw::Gaussian { mu, sd } => (mu + sd * standard_normal(rng)).round(),
        }
    }
}
