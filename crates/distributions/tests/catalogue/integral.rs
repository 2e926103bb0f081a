//! `Integral`: the mass of a distribution over pieces of its support, by a rule that knows nothing of its formulas.

use elbo_distributions::{Distribution, Requirement, Support};
use elbo_tensor_ad::{Array, Expr, grad};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::line::{Line, Place, number};
use super::run;

/// A distribution over numbers, cut into pieces from the left to the right. Of a discrete one each piece is one value.
pub struct Integral {
    /// The pieces, rising.
    pub pieces: Vec<Piece>,
    /// True between two bounds: every moment exists, and the pieces reach all of it.
    bounded: bool,
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
        Integral { pieces, bounded: false }
    }

    /// By Gauss's rule on pieces of `t`, where `centre + scale sinh t` is the coordinate of the support's [`Line`]: each piece is halved
    /// until its halves agree with it. The range covers tails as heavy as `|x|^-1.5`, and all numbers beside a bound. Pieces end at numbers.
    fn continuous(d: &dyn Distribution) -> Integral {
        let line = Line::of(&d.support());
        // Where the draws lie; that they follow the distribution is another test's business.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let parameters: Vec<Array<f64>> = d
            .parameters()
            .iter()
            .map(|p| run(std::slice::from_ref(&p.value), &[]).unwrap().remove(0))
            .collect();
        let (first, last) = line.ends();
        let far = if first.is_none() && last.is_none() { f64::INFINITY } else { 690.0 };
        let (low, high) =
            (first.map_or(-far, |x| line.coordinate(x)), last.map_or(far, |x| line.coordinate(x)));
        let draws = d.sample(&parameters, &[401], &mut rng).unwrap().into_data();
        let mut y: Vec<f64> = draws.iter().map(|x| line.coordinate(*x).clamp(low, high)).collect();
        y.sort_by(f64::total_cmp);
        let (centre, scale) = (y[200], (y[300] - y[100]).max(1e-3 * y[200].abs()).max(1e-300));
        let warp = Warp { line, centre, scale };
        let (low, high) = (warp.back(low).max(-75.0), warp.back(high).min(75.0));
        let mut cuts: Vec<Cut> =
            (0..=192).map(|i| warp.cut(low + (high - low) * f64::from(i) / 192.0)).collect();
        // A kink is an end of pieces, never inside one: where there is one it is at the mode, or at the points of a polygon.
        let own = d.parameters();
        let points = own.iter().zip(&parameters).filter(|(p, _)| p.requires == Requirement::Ordered);
        let mut kinks: Vec<f64> = points.flat_map(|(_, x)| x.data().to_vec()).collect();
        kinks.extend(d.mode().map(|mode| number(&mode)));
        for x in kinks {
            let t = warp.back(line.coordinate(x));
            if t > low && t < high {
                cuts.push(Cut { t, x });
            }
        }
        cuts.sort_by(|a, b| a.t.total_cmp(&b.t));
        // Next to a bound two cuts may be the same number.
        cuts.dedup_by(|a, b| a.x <= b.x);
        let closings = closings(d, line);
        let mut open: Vec<(Cut, Cut)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
        let mut done: Vec<Piece> = Vec::new();
        for round in 0.. {
            let halves: Vec<(Cut, Cut)> = open
                .iter()
                .flat_map(|&(a, z)| {
                    let middle = warp.cut(0.5 * (a.t + z.t));
                    [(a, z), (a, middle), (middle, z)]
                })
                .collect();
            let found = masses(d, &warp, &halves);
            // The second moment may be infinite: only what is finite is asked to settle, against the whole.
            let whole: f64 =
                done.iter().chain(found.iter().step_by(3)).map(|p| p.second).filter(|v| v.is_finite()).sum();
            let mut next = Vec::new();
            for (three, part) in found.chunks(3).zip(halves.chunks(3)) {
                let close = |of: fn(&Piece) -> f64, floor: f64| {
                    let (one, two) = (of(&three[0]), of(&three[1]) + of(&three[2]));
                    (one - two).abs() <= 1e-11 * two.abs() + floor || !two.is_finite()
                };
                // Far tails are compared to 1e-17.
                let settled = close(|p| p.mass, 1e-18)
                    && close(|p| p.entropy, 1e-12)
                    && close(|p| p.second, 1e-12 * whole);
                // No number lies between the ends.
                let last = part[1].1.x <= part[0].0.x || part[1].1.x >= part[0].1.x;
                if last {
                    done.push(three[0]);
                } else if settled && round > 0 || round == 40 || part[0].1.t - part[0].0.t < 1e-9 {
                    done.extend([three[1], three[2]]);
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
        done.extend(closings);
        done.sort_by(|a, b| a.upper.total_cmp(&b.upper));
        Integral { pieces: done, bounded: line.is_bounded() }
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
        self.bounded || n < 40 || ends <= 1e-12 * total
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

/// The support's coordinate as `centre + scale sinh t`.
struct Warp {
    line: Line,
    centre: f64,
    scale: f64,
}

/// A number at which pieces end, and its `t`.
#[derive(Debug, Clone, Copy)]
struct Cut {
    t: f64,
    x: f64,
}

impl Warp {
    fn place(&self, t: f64) -> Place {
        self.line.place(self.centre + self.scale * t.sinh())
    }

    fn back(&self, y: f64) -> f64 {
        ((y - self.centre) / self.scale).asinh()
    }

    /// The cut at the number nearest to `t`.
    fn cut(&self, t: f64) -> Cut {
        let x = self.place(t).x;
        if self.line.is_rounded() { Cut { t: self.back(self.line.coordinate(x)), x } } else { Cut { t, x } }
    }
}

fn log_density(d: &dyn Distribution, x: &[f64]) -> Vec<f64> {
    let input = Expr::input("x", [x.len()]);
    let at = Array::vector(x.to_vec());
    run(&[d.log_density(&input)], &[("x", &at)]).unwrap().remove(0).into_data()
}

/// The log density at these numbers and the power of the distance to the nearer bound by which it goes on from there.
fn powers(d: &dyn Distribution, x: &[f64], away: &[f64]) -> Vec<(f64, f64)> {
    let input = Expr::input("x", [x.len()]);
    let density = d.log_density(&input).broadcast_to([x.len()]);
    let slope = grad(&density.sum(), std::slice::from_ref(&input)).unwrap().remove(0);
    let at = Array::vector(x.to_vec());
    let found = run(&[density, slope], &[("x", &at)]).unwrap();
    let of = |i: usize| (found[0].data()[i], found[1].data()[i] * away[i]);
    (0..x.len()).map(of).collect()
}

/// Between a bound and the first number beside it there is none to ask: the density `p` of that number at distance `d` goes on as
/// `p (distance/d)^a`, whose mass is `p d / (a + 1)`. With Beta's second shape at 0.2 that mass is `2^(-53 · 0.2) = 6e-4`.
fn closings(d: &dyn Distribution, line: Line) -> Vec<Piece> {
    let (first, last) = line.ends();
    let mut pieces = Vec::new();
    for (x, bound, is_last) in [(first, line.lower, false), (last, line.upper, true)] {
        let (Some(x), Some(bound)) = (x, bound) else { continue };
        let (l, power) = powers(d, &[x], &[x - bound])[0];
        let mass = l.exp() * (x - bound).abs() / (power + 1.0);
        let mut piece = Piece {
            upper: if is_last { bound } else { x },
            mass: 0.0,
            first: 0.0,
            second: 0.0,
            entropy: 0.0,
            top: (l, x),
        };
        if mass > 0.0 {
            piece.mass = mass;
            piece.first = x * mass;
            piece.second = x * x * mass;
            piece.entropy = (power / (power + 1.0) - l) * mass;
        }
        pieces.push(piece);
    }
    pieces
}

fn masses(d: &dyn Distribution, warp: &Warp, parts: &[(Cut, Cut)]) -> Vec<Piece> {
    let nodes: Vec<(f64, f64)> = NODES
        .iter()
        .zip(WEIGHTS)
        .flat_map(|(&x, w)| [(0.5 - 0.5 * x, 0.5 * w), (0.5 + 0.5 * x, 0.5 * w)])
        .collect();
    let t: Vec<f64> =
        parts.iter().flat_map(|(a, z)| nodes.iter().map(move |(x, _)| a.t + (z.t - a.t) * x)).collect();
    let places: Vec<Place> = t.iter().map(|t| warp.place(*t)).collect();
    let x: Vec<f64> = places.iter().map(|p| p.x).collect();
    // What the rounding of x took from its distance to the bound, the density is carried over by its local power of that distance:
    // exact for any power, which is what a density is beside a bound.
    let density: Vec<f64> = if warp.line.is_rounded() {
        let away: Vec<f64> = places.iter().map(|p| p.away).collect();
        let carried = |((l, power), place): ((f64, f64), &Place)| {
            if l.is_finite() && place.lost != 0.0 { l + power * place.lost } else { l }
        };
        powers(d, &x, &away).into_iter().zip(&places).map(carried).collect()
    } else {
        log_density(d, &x)
    };
    parts
        .iter()
        .enumerate()
        .map(|(i, (a, z))| {
            let top = (f64::NEG_INFINITY, z.x);
            let mut piece = Piece { upper: z.x, mass: 0.0, first: 0.0, second: 0.0, entropy: 0.0, top };
            for (k, (_, w)) in nodes.iter().enumerate() {
                let at = i * nodes.len() + k;
                let (l, x) = (density[at], x[at]);
                let stretch = warp.scale * t[at].cosh() * (z.t - a.t);
                let mass = (l + places[at].stretch).exp() * stretch * w;
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
