//! One step of mean-field ADVI on a 2-5-5-1 tanh network, written by hand: the time to hold the library against.
//!
//! The model has 40 weights with N(0, 1) priors, no biases, and a Bernoulli likelihood on logits. The approximation
//! is a product of normals with means mu and standard deviations softplus(rho). One step draws one set of weights,
//! takes the ELBO and its gradient (entropy in closed form) over all rows or over a batch drawn with replacement,
//! keeps the ELBO, and moves the 80 parameters by Adam (learning rate 1e-2, decay 0.9 and 0.999, epsilon 1e-8).
//!
//! How it is fast: the rows are the vector axis, so that nothing is ever five wide. Rows pass through in blocks
//! whose activations stay in the first-level cache, and each block in phases (layer, tanh, layer, tanh, likelihood,
//! sums, layer) rather than in one long loop. Rows that fill the last vector have x = 0, which, without biases, gives
//! exactly no gradient and ln(1/2) of likelihood. The log likelihoods are summed as one logarithm of a product.

mod pass;

use crate::curves::softplus;
use crate::lanes::{Lanes, Real};
use crate::moons::Row;
use pass::log_density;
use pulp::{NullaryFnOnce, bytemuck};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Weights of the network: 2 x 5, then 5 x 5, then 5, each row-major.
pub const WEIGHTS: usize = 40;
const HIDDEN: usize = 5;
const FIRST: usize = 0;
const SECOND: usize = 10;
const LAST: usize = 35;
/// The most rows of one pass: beyond them the product of likelihood factors could underflow.
pub const MOST_ROWS: usize = 960;

/// `K` vectors side by side, on a cache line of their own.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line<V, const K: usize>([V; K]);

/// A fit under way. [`Floor::step`] is the thing that is timed.
#[derive(Debug)]
pub struct Floor<L: Lanes> {
    lanes: L,
    data: Data<L>,
    scratch: Scratch<L>,
    q: Params<L>,
    rng: Xoshiro256PlusPlus,
    history: Vec<f64>,
}

/// The rows, packed for full passes, or by row with room for one packed batch.
#[derive(Debug)]
struct Data<L: Lanes> {
    source: Vec<Line<L::T, 4>>,
    packed: Vec<Line<L::V, 3>>,
    batch: Option<usize>,
    scale: f64,
    filled: usize,
}

/// Activations and deltas of one block of rows, and the weights and their gradient.
#[derive(Debug)]
struct Scratch<L: Lanes> {
    first: Vec<Line<L::V, HIDDEN>>,
    second: Vec<Line<L::V, HIDDEN>>,
    eps: Vec<L::V>,
    z: Vec<L::V>,
    grad: Vec<L::V>,
    soft: Vec<L::V>,
    gate: Vec<L::V>,
    block: usize,
}

/// Means, unconstrained scales, and Adam's two moments of each.
#[derive(Debug)]
struct Params<L: Lanes> {
    mu: Vec<L::V>,
    rho: Vec<L::V>,
    moments: Vec<[L::V; 4]>,
    decay: (f64, f64),
}

impl<L: Lanes> Floor<L> {
    /// A fit of all `rows` at once, or of `batch` rows a step drawn with replacement.
    ///
    /// Means start at N(0, 1) draws and standard deviations at 0.1. `steps` is the room kept for the ELBO's
    /// history. Returns `None` for no rows, an empty batch, or more than [`MOST_ROWS`] rows in one pass.
    pub fn new(lanes: L, rows: &[Row], batch: Option<usize>, seed: u64, steps: usize) -> Option<Self> {
        let data = Data::new(rows, batch)?;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let lines = WEIGHTS.div_ceil(L::N);
        let zero = <L::V as bytemuck::Zeroable>::zeroed();
        let vectors = || vec![zero; lines];
        let all = data.packed.len();
        let block = all.div_ceil(all.div_ceil(block::<L>()));
        let mut q =
            Params { mu: vectors(), rho: vectors(), moments: vec![[zero; 4]; lines], decay: (1.0, 1.0) };
        for x in bytemuck::cast_slice_mut::<L::V, L::T>(&mut q.mu).iter_mut().take(WEIGHTS) {
            *x = L::T::normal(&mut rng);
        }
        bytemuck::cast_slice_mut::<L::V, L::T>(&mut q.rho).fill(L::T::of((0.1f64).exp_m1().ln()));
        let scratch = Scratch {
            first: vec![Line([zero; HIDDEN]); block],
            second: vec![Line([zero; HIDDEN]); block],
            eps: vectors(),
            z: vectors(),
            grad: vectors(),
            soft: vectors(),
            gate: vectors(),
            block,
        };
        Some(Self { lanes, data, scratch, q, rng, history: Vec::with_capacity(steps) })
    }

    /// One step; returns its estimate of the ELBO in nats, and keeps it.
    pub fn step(&mut self) -> f64 {
        let Self { lanes, data, scratch, q, rng, history } = self;
        let lanes = *lanes;
        let elbo = lanes.within(Step { lanes, data, scratch, q, rng });
        history.push(elbo);
        elbo
    }

    /// The ELBO of each step so far.
    pub fn history(&self) -> &[f64] {
        &self.history
    }

    /// The means.
    pub fn mu(&self) -> Vec<f64> {
        self.read(&self.q.mu)
    }

    /// The standard deviations before softplus.
    pub fn rho(&self) -> Vec<f64> {
        self.read(&self.q.rho)
    }

    /// The log joint density of the rows and the weights `z` up to the prior's constant, and its gradient.
    ///
    /// Of all rows as they were given, or of the batch gathered last, scaled to all.
    pub fn log_density(&mut self, z: &[f64; WEIGHTS]) -> (f64, Vec<f64>) {
        for (lane, &value) in bytemuck::cast_slice_mut::<L::V, L::T>(&mut self.scratch.z).iter_mut().zip(z) {
            *lane = L::T::of(value);
        }
        let value = self.lanes.within(Density {
            lanes: self.lanes,
            data: &mut self.data,
            scratch: &mut self.scratch,
        });
        (value, self.read(&self.scratch.grad))
    }

    fn read(&self, vectors: &[L::V]) -> Vec<f64> {
        let lanes: &[L::T] = bytemuck::cast_slice(vectors);
        lanes.iter().take(WEIGHTS).map(|x| x.to_f64()).collect()
    }
}

/// Row vectors a block: three, five and five columns of them fit in 24 KiB. No more than 96, because each lane
/// multiplies that many factors of at least 1/2, and 2^-96 is still a normal `f32`.
fn block<L: Lanes>() -> usize {
    let line = 13 * size_of::<L::V>();
    (24 * 1024 / line).clamp(1, 96)
}

impl<L: Lanes> Data<L> {
    fn new(rows: &[Row], batch: Option<usize>) -> Option<Self> {
        let pass = batch.unwrap_or(rows.len());
        if rows.is_empty() || pass == 0 || pass > MOST_ROWS {
            return None;
        }
        let number = L::T::of;
        let sign = |row: &Row| if row.label { 1.0 } else { -1.0 };
        let source: Vec<_> = rows
            .iter()
            .map(|row| Line([number(row.x[0]), number(row.x[1]), number(sign(row)), number(0.0)]))
            .collect();
        let vectors = pass.div_ceil(L::N);
        let zero = <L::V as bytemuck::Zeroable>::zeroed();
        let mut data = Self {
            source,
            packed: vec![Line([zero; 3]); vectors],
            batch,
            scale: rows.len() as f64 / pass as f64,
            filled: vectors * L::N - pass,
        };
        for i in 0..pass {
            data.pack(i, i);
        }
        Some(data)
    }

    /// Puts row `from` into lane `to` of the packed rows.
    #[inline(always)]
    fn pack(&mut self, to: usize, from: usize) {
        let row = &self.source[from].0;
        let line = &mut self.packed[to / L::N].0;
        for k in 0..3 {
            bytemuck::cast_slice_mut::<L::V, L::T>(&mut line[k..=k])[to % L::N] = row[k];
        }
    }

    /// Draws the batch: two indices from each 64 random bits, each biased by less than 1e-6.
    #[inline(always)]
    fn gather(&mut self, rng: &mut Xoshiro256PlusPlus) {
        let Some(batch) = self.batch else { return };
        let n = self.source.len() as u64;
        let mut i = 0;
        while i < batch {
            let bits = rng.next_u64();
            self.pack(i, (((bits & 0xffff_ffff) * n) >> 32) as usize);
            if i + 1 < batch {
                self.pack(i + 1, (((bits >> 32) * n) >> 32) as usize);
            }
            i += 2;
        }
    }
}

struct Step<'a, L: Lanes> {
    lanes: L,
    data: &'a mut Data<L>,
    scratch: &'a mut Scratch<L>,
    q: &'a mut Params<L>,
    rng: &'a mut Xoshiro256PlusPlus,
}

impl<L: Lanes> NullaryFnOnce for Step<'_, L> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { lanes: l, data, scratch, q, rng } = self;
        data.gather(rng);
        draw(l, scratch, q, rng);
        let joint = log_density(l, data, scratch);
        let entropy = scratch.entropy(l);
        q.adam(l, scratch);
        joint + entropy
    }
}

struct Density<'a, L: Lanes> {
    lanes: L,
    data: &'a mut Data<L>,
    scratch: &'a mut Scratch<L>,
}

impl<L: Lanes> NullaryFnOnce for Density<'_, L> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        log_density(self.lanes, self.data, self.scratch)
    }
}

/// z = mu + softplus(rho) eps.
#[inline(always)]
fn draw<L: Lanes>(l: L, scratch: &mut Scratch<L>, q: &Params<L>, rng: &mut Xoshiro256PlusPlus) {
    l.normals(rng, &mut scratch.eps, WEIGHTS);
    for i in 0..scratch.z.len() {
        let (soft, gate) = softplus(l, q.rho[i]);
        scratch.soft[i] = soft;
        scratch.gate[i] = gate;
        scratch.z[i] = l.fma(soft, scratch.eps[i], q.mu[i]);
    }
}

impl<L: Lanes> Scratch<L> {
    /// The entropy of q: the sum of ln sigma, as the logarithm of a product, and 20 (1 + ln 2 pi), of which
    /// 20 ln 2 pi is the constant that the log prior was without.
    #[inline(always)]
    fn entropy(&self, l: L) -> f64 {
        let mut logs = 0.0;
        if WEIGHTS.is_multiple_of(L::N) {
            let mut product = l.c(1.0);
            for &soft in &self.soft {
                product = l.mul(product, soft);
            }
            let lanes = [product];
            let mut whole = 1.0f64;
            for x in bytemuck::cast_slice::<L::V, L::T>(&lanes) {
                whole *= x.to_f64();
            }
            logs += whole.ln();
        } else {
            let lanes: &[L::T] = bytemuck::cast_slice(&self.soft);
            let mut whole = [1.0f64; 4];
            for i in (0..WEIGHTS).step_by(4) {
                for k in 0..4 {
                    whole[k] *= lanes[i + k].to_f64();
                }
            }
            logs += ((whole[0] * whole[1]) * (whole[2] * whole[3])).ln();
        }
        logs + 0.5 * WEIGHTS as f64
    }
}

impl<L: Lanes> Params<L> {
    /// Adam, upwards, on mu and rho.
    #[inline(always)]
    fn adam(&mut self, l: L, scratch: &Scratch<L>) {
        const RATE: f64 = 1e-2;
        const DECAY: (f64, f64) = (0.9, 0.999);
        self.decay.0 *= DECAY.0;
        self.decay.1 *= DECAY.1;
        // m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps), with the corrections moved out of the lanes
        let root = (1.0 - self.decay.1).sqrt();
        let rate = l.c(RATE * root / (1.0 - self.decay.0));
        let small = l.c(1e-8 * root);
        for i in 0..self.mu.len() {
            let g = scratch.grad[i];
            let sigma = scratch.soft[i];
            // d ELBO / d rho = (g eps + 1/sigma) sigmoid(rho)
            let h = l.mul(scratch.gate[i], l.fma(g, scratch.eps[i], l.div(l.c(1.0), sigma)));
            let [m0, v0, m1, v1] = self.moments[i];
            let m0 = l.fma(l.c(1.0 - DECAY.0), l.sub(g, m0), m0);
            let m1 = l.fma(l.c(1.0 - DECAY.0), l.sub(h, m1), m1);
            let v0 = l.fma(l.c(1.0 - DECAY.1), l.fnma(l.c(1.0), v0, l.mul(g, g)), v0);
            let v1 = l.fma(l.c(1.0 - DECAY.1), l.fnma(l.c(1.0), v1, l.mul(h, h)), v1);
            self.moments[i] = [m0, v0, m1, v1];
            // one division for both quotients
            let (s0, s1) = (l.add(l.sqrt(v0), small), l.add(l.sqrt(v1), small));
            let q = l.div(rate, l.mul(s0, s1));
            self.mu[i] = l.fma(l.mul(m0, s1), q, self.mu[i]);
            self.rho[i] = l.fma(l.mul(m1, s0), q, self.rho[i]);
        }
    }
}
