//! `Integral`: the mass of a distribution over pieces of its support, by a rule that knows nothing of its formulas.

use core::f64::consts::PI;

use super::run;
use elbo_distributions::{Bijector, Distribution, Support};
use elbo_tensor_ad::{Array, Expr};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A distribution over numbers, cut into pieces from the left to the right. Of a discrete one each piece is one value.
pub struct Integral {
    /// The pieces, rising.
    pub pieces: Vec<Piece>,
}

/// One piece of the support.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// Where it ends, included.
    pub upper: f64,
    /// Its mass `∫ p`.
    pub mass: f64,
    /// `∫ x p`
    pub first: f64,
    /// `∫ x² p`
    pub second: f64,
    /// `-∫ p ln p`
    pub entropy: f64,
    /// The largest log density that was seen in it, with its place.
    pub top: (f64, f64),
}

/// The nodes in 0..1 of Gauss's rule with eight points, and their weights (both halves of a symmetric rule).
const NODES: [f64; 4] =
    [0.183_434_642_495_649_8, 0.525_532_409_916_329, 0.796_666_477_413_626_7, 0.960_289_856_497_536_3];
const WEIGHTS: [f64; 4] =
    [0.362_683_783_378_362, 0.313_706_645_877_887_3, 0.222_381_034_453_374_48, 0.101_228_536_290_376_26];

impl Integral {
    pub fn of(d: &dyn Distribution) -> Integral {
        if d.support().is_discrete() { Self::sum(d) } else { Self::continuous(d) }
    }

    /// Over the whole numbers of the support, until what is left is below `1e-15` and the last below `1e-30`, or 200,000 have been added.
    fn sum(d: &dyn Distribution) -> Integral {
        let (lower, upper) = match d.support() {
            Support::Boolean => (0.0, 1.0),
            Support::Category(k) => (0.0, k.fixed().unwrap() as f64 - 1.0),
            Support::WholeAbove { lower } => (number(&lower), f64::INFINITY),
            Support::WholeInterval { lower, upper } => (number(&lower), number(&upper)),
            other => panic!("not a set of whole numbers: {other}"),
        };
        let mut pieces = Vec::new();
        let (mut from, mut total, mut last) = (lower, 0.0, 1.0);
        while from <= upper && pieces.len() < 200_000 && (total < 1.0 - 1e-15 || last > 1e-30) {
            let x: Vec<f64> = (0..1000).map(|i| from + f64::from(i)).take_while(|x| *x <= upper).collect();
            for (&x, l) in x.iter().zip(log_density(d, &x)) {
                let mass = l.exp();
                let entropy = if mass > 0.0 { -mass * l } else { 0.0 };
                total += mass;
                last = mass;
                pieces.push(Piece {
                    upper: x,
                    mass,
                    first: x * mass,
                    second: x * x * mass,
                    entropy,
                    top: (l, x),
                });
            }
            from += 1000.0;
        }
        Integral { pieces }
    }

    /// By Gauss's rule on pieces of `t`, where `x = b(centre + scale sinh t)` with the bijector `b` of the support: each piece is halved
    /// until its halves agree with it. The range covers tails as heavy as `|x|^-1.5`.
    fn continuous(d: &dyn Distribution) -> Integral {
        let support = d.support();
        let b = match &support {
            Support::Circle => Bijector::Interval { lower: (-PI).into(), upper: PI.into() },
            other => other.bijector().unwrap(),
        };
        // Where the draws lie; that they follow the distribution is another test's business.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let parameters: Vec<Array<f64>> = d
            .parameters()
            .iter()
            .map(|p| run(std::slice::from_ref(&p.value), &[]).unwrap().remove(0))
            .collect();
        let draws = d.sample(&parameters, &[401], &mut rng).unwrap();
        let value = Expr::input("x", [401]);
        let mut y = run(&[b.inverse(&value)], &[("x", &draws)]).unwrap().remove(0).into_data();
        y.sort_by(f64::total_cmp);
        let (centre, scale) = (y[200], (y[300] - y[100]).max(1e-3 * y[200].abs()).max(1e-300));
        // Beyond these y the support's bound is all that is left of x.
        let bounded = |bound: &Expr| if number(bound) == 0.0 { 690.0 } else { 36.0 };
        let reach = |y: f64| (y / scale).asinh();
        let (low, high) = match &support {
            Support::Real => (-75.0, 75.0),
            Support::Interval { lower, upper } => {
                (reach(-bounded(lower) - centre), reach(bounded(upper) - centre))
            }
            Support::UnitInterval => (reach(-690.0 - centre), reach(36.0 - centre)),
            Support::Circle => (reach(-36.0 - centre), reach(36.0 - centre)),
            _ => (reach(-690.0 - centre), reach(690.0 - centre)),
        };
        let mut cuts: Vec<f64> = (0..=192).map(|i| low + (high - low) * f64::from(i) / 192.0).collect();
        // A kink is an end of pieces, never inside one; where there is one it is at the mode.
        if let Some(mode) = d.mode() {
            let y = run(&[b.inverse(&mode)], &[]).unwrap()[0].data()[0];
            let t = ((y - centre) / scale).asinh();
            if t > low && t < high {
                cuts.push(t);
                cuts.sort_by(f64::total_cmp);
            }
        }
        let bounds: Vec<f64> = match &support {
            Support::Interval { lower, upper } => vec![number(lower), number(upper)],
            Support::UnitInterval => vec![1.0],
            Support::Circle => vec![-PI, PI],
            Support::Above { lower: bound } | Support::Below { upper: bound } => vec![number(bound)],
            _ => vec![],
        };
        let mut open: Vec<(f64, f64)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
        let mut done: Vec<(f64, Piece)> = Vec::new();
        for round in 0.. {
            let halves: Vec<(f64, f64)> =
                open.iter().flat_map(|&(a, z)| [(a, z), (a, 0.5 * (a + z)), (0.5 * (a + z), z)]).collect();
            let found = masses(d, &b, centre, scale, &halves);
            // The second moment may be infinite: only what is finite is asked to settle, against the whole.
            let whole: f64 = done
                .iter()
                .map(|(_, p)| p)
                .chain(found.iter().step_by(3))
                .map(|p| p.second)
                .filter(|v| v.is_finite())
                .sum();
            let mut next = Vec::new();
            for (three, part) in found.chunks(3).zip(halves.chunks(3)) {
                // Beside a bound that is not 0, x is rounded by as much as it is away: nothing settles below that.
                let away = |c: &f64| (three[1].upper - c).abs().min((three[2].upper - c).abs());
                let rounded = |c: &f64| (256.0 * f64::EPSILON * c.abs() / away(c)).min(1.0);
                let rounding: f64 = bounds.iter().filter(|c| **c != 0.0).map(rounded).sum();
                let close = |of: fn(&Piece) -> f64, floor: f64| {
                    let (one, two) = (of(&three[0]), of(&three[1]) + of(&three[2]));
                    (one - two).abs() <= (1e-11 + rounding) * two.abs() + floor || !two.is_finite()
                };
                // Far tails are compared to 1e-17.
                let settled = close(|p| p.mass, 1e-18)
                    && close(|p| p.entropy, 1e-12)
                    && close(|p| p.second, 1e-12 * whole);
                if settled && round > 0 || round == 40 || part[1].1 - part[0].0 < 1e-9 {
                    done.extend([(part[1].0, three[1]), (part[2].0, three[2])]);
                } else {
                    next.extend([part[1], part[2]]);
                }
            }
            assert!(next.len() < 20_000, "{d:?} does not settle");
            if next.is_empty() {
                break;
            }
            open = next;
        }
        done.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pieces: Vec<Piece> = done.into_iter().map(|(_, p)| p).collect();
        if let Support::Below { upper } = &support {
            // The value falls: a piece ends where the one before it began.
            let mut end = number(upper);
            for piece in &mut pieces {
                end = std::mem::replace(&mut piece.upper, end);
            }
            pieces.reverse();
        }
        Integral { pieces }
    }

    fn total(&self, of: impl Fn(&Piece) -> f64) -> f64 {
        self.pieces.iter().map(of).sum()
    }

    pub fn mass(&self) -> f64 {
        self.total(|p| p.mass)
    }

    pub fn mean(&self) -> f64 {
        self.total(|p| p.first)
    }

    /// Around the mean, with the error that cancels in `E x² - (E x)²` as its second.
    pub fn variance(&self) -> (f64, f64) {
        let second = self.total(|p| p.second);
        (second - self.mean().powi(2), 1e-11 * second)
    }

    pub fn entropy(&self) -> f64 {
        self.total(|p| p.entropy)
    }

    /// True when the moment does not hang on how far out the pieces reach.
    pub fn settles(&self, of: impl Fn(&Piece) -> f64) -> bool {
        let n = self.pieces.len();
        let total: f64 = self.pieces.iter().map(|p| of(p).abs()).sum();
        let ends: f64 = self
            .pieces
            .iter()
            .take(2)
            .chain(self.pieces.iter().skip(n.saturating_sub(2)))
            .map(|p| of(p).abs())
            .sum();
        n < 40 || ends <= 1e-12 * total
    }

    /// The highest log density seen, and where.
    pub fn top(&self) -> (f64, f64) {
        self.pieces.iter().map(|p| p.top).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
    }

    /// The pieces joined to bins of at least this mass: the end of each (the last has none) and its mass.
    pub fn bins(&self, least: f64) -> Vec<(f64, f64)> {
        let mut bins: Vec<(f64, f64)> = Vec::new();
        let mut mass = 0.0;
        for p in &self.pieces {
            mass += p.mass;
            if mass >= least {
                bins.push((p.upper, mass));
                mass = 0.0;
            }
        }
        if let Some(last) = bins.last_mut() {
            *last = (f64::INFINITY, last.1 + mass);
        }
        bins
    }
}

fn number(bound: &Expr) -> f64 {
    run(std::slice::from_ref(bound), &[]).unwrap()[0].data()[0]
}

fn log_density(d: &dyn Distribution, x: &[f64]) -> Vec<f64> {
    let input = Expr::input("x", [x.len()]);
    let at = Array::vector(x.to_vec());
    run(&[d.log_density(&input)], &[("x", &at)]).unwrap().remove(0).into_data()
}

fn masses(d: &dyn Distribution, b: &Bijector, centre: f64, scale: f64, parts: &[(f64, f64)]) -> Vec<Piece> {
    let nodes: Vec<(f64, f64)> = NODES
        .iter()
        .zip(WEIGHTS)
        .flat_map(|(&x, w)| [(0.5 - 0.5 * x, 0.5 * w), (0.5 + 0.5 * x, 0.5 * w)])
        .collect();
    let t: Vec<f64> = parts
        .iter()
        .flat_map(|&(a, z)| nodes.iter().map(move |(x, _)| a + (z - a) * x).chain([z]).collect::<Vec<_>>())
        .collect();
    let input = Expr::input("y", [t.len()]);
    let x = b.forward(&input);
    let wanted = [d.log_density_unchecked(&x), b.log_abs_det_jacobian(&input), x];
    let y = Array::vector(t.iter().map(|t| centre + scale * t.sinh()).collect());
    let found = run(&wanted, &[("y", &y)]).unwrap();
    let each = nodes.len() + 1;
    parts
        .iter()
        .enumerate()
        .map(|(i, &(a, z))| {
            let end = found[2].data()[i * each + nodes.len()];
            let mut piece = Piece {
                upper: end,
                mass: 0.0,
                first: 0.0,
                second: 0.0,
                entropy: 0.0,
                top: (f64::NEG_INFINITY, end),
            };
            for (k, (_, w)) in nodes.iter().enumerate() {
                let at = i * each + k;
                let (l, x) = (found[0].data()[at], found[2].data()[at]);
                let stretch = scale * t[at].cosh() * (z - a);
                let mass = (l + found[1].data()[at]).exp() * stretch * w;
                if mass > 0.0 {
                    piece.mass += mass;
                    piece.first += x * mass;
                    piece.second += x * x * mass;
                    piece.entropy -= l * mass;
                }
                if l > piece.top.0 {
                    piece.top = (l, x);
                }
            }
            piece
        })
        .collect()
}
