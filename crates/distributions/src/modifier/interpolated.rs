//! `Interpolated`: a density given by its values at points.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support, draw};

/// The distribution whose density is a multiple of the straight lines between `pdf_points` at rising `x_points`; on the interval from the
/// first to the last of them.
///
/// `p(x) = f(x) / ∫ f`, `f` the line between the two points around `x`; minus infinity in logarithms outside, and where `f` is 0
///
/// The points are vectors on the last axis (at least two), their heights at least 0 and not all 0; they need not integrate to 1. Distribution
/// function, quantile, mean and variance are closed forms. A value costs as much as there are points. The logarithms of the tails are
/// finite down to the range of `f64`.
///
/// As `Interpolated` in PyMC, which takes no gradient with respect to the points.
#[derive(Debug, Clone)]
pub struct Interpolated {
    x_points: Expr,
    pdf_points: Expr,
}

/// What belongs to the piece of a value: where it starts, its length, the heights at its ends, and the area before it.
struct Piece {
    start: Expr,
    length: Expr,
    left: Expr,
    right: Expr,
    before: Expr,
}

impl Interpolated {
    /// Rising points and the heights of the density there, of shape `[.., n]` with `n >= 2`.
    #[track_caller]
    pub fn new(x_points: impl Into<Expr>, pdf_points: impl Into<Expr>) -> Self {
        Interpolated { x_points: x_points.into(), pdf_points: pdf_points.into() }
    }

    /// The number of pieces; 0 where that is not known.
    fn pieces(&self) -> usize {
        let points = &self.x_points;
        let count = points.rank().checked_sub(1).and_then(|axis| points.dim(axis).fixed());
        count.unwrap_or(0).saturating_sub(1)
    }

    /// All but the last, or all but the first element of a vector on the last axis.
    fn part(&self, of: &Expr, start: usize) -> Expr {
        of.slice(of.rank().saturating_sub(1), start, self.pieces())
    }

    fn sum(&self, terms: &Expr) -> Expr {
        terms.sum_axes(&[terms.rank().saturating_sub(1)])
    }

    /// The lengths, the heights on the left and on the right, and the areas of all pieces, as if the whole were 1.
    fn all(&self) -> (Expr, Expr, Expr, Expr) {
        let length = self.part(&self.x_points, 1) - self.part(&self.x_points, 0);
        let (left, right) = (self.part(&self.pdf_points, 0), self.part(&self.pdf_points, 1));
        let area = 0.5 * &length * (&left + &right);
        let total = self.sum(&area);
        let total = total.expand(total.rank());
        (length, left / &total, right / &total, area / total)
    }

    fn first(&self) -> Expr {
        self.x_points.index(self.x_points.rank().saturating_sub(1), 0)
    }

    fn last(&self) -> Expr {
        self.x_points.index(self.x_points.rank().saturating_sub(1), self.pieces())
    }

    /// The piece of number `k`.
    fn piece(&self, k: &Expr) -> Piece {
        let (length, left, right, area) = self.all();
        let before = area.cumsum(area.rank().saturating_sub(1)) - &area;
        let hit = k.one_hot(self.pieces());
        let pick = |e: &Expr| self.sum(&hit.select(e, 0.0));
        Piece {
            start: pick(&self.part(&self.x_points, 0)),
            length: pick(&length),
            left: pick(&left),
            right: pick(&right),
            before: pick(&before),
        }
    }

    /// The number of the piece of a value in the support.
    fn number(&self, x: &Expr) -> Expr {
        let passed = x.expand(x.rank()).greater_equal(self.part(&self.x_points, 0));
        (self.sum(&passed) - 1.0).clamp(0.0, self.pieces() as f64 - 1.0)
    }

    fn area_up_to(&self, x: &Expr) -> Expr {
        let piece = self.piece(&self.number(x));
        let t = x - &piece.start;
        piece.before + &t * (&piece.left + 0.5 * (&piece.right - &piece.left) * (&t / &piece.length))
    }

    fn between(&self, x: &Expr, below: f64, above: f64, of: impl FnOnce(&Expr) -> Expr) -> Expr {
        let (under, over) = (x.less_equal(self.first()), x.greater_equal(self.last()));
        let inner = under.max(&over).select(self.initial_value(), x);
        under.select(below, over.select(above, of(&inner)))
    }

    fn enough(&self) -> Result<(), Error> {
        let count = |e: &Expr| e.rank().checked_sub(1).and_then(|axis| e.dim(axis).fixed());
        match (count(&self.x_points), count(&self.pdf_points)) {
            (Some(n), Some(m)) if n == m && n > 1 => Ok(()),
            (points, heights) => {
                Err(Error::Points { points: points.unwrap_or(0), heights: heights.unwrap_or(0) })
            }
        }
    }

    fn backwards(&self) -> Interpolated {
        let flipped = |e: &Expr| e.flip(&[e.rank().saturating_sub(1)]);
        Interpolated { x_points: -flipped(&self.x_points), pdf_points: flipped(&self.pdf_points) }
    }
}

impl Distribution for Interpolated {
    parameters! {
        Interpolated { x_points: Requirement::Ordered, pdf_points: Requirement::NonNegativeVector }
    }

    fn check(&self) -> Result<(), Error> {
        crate::parameter::check(self.name(), &self.parameters())?;
        self.enough()?;
        crate::parameter::check_shapes(self.name(), &self.parameters())
    }

    fn support(&self) -> Support {
        Support::Interval { lower: self.first(), upper: self.last() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        // NaN is not outside.
        let outside = x.less(self.first()).max(x.greater(self.last()));
        let at = outside.select(self.initial_value(), x);
        let piece = self.piece(&self.number(&at));
        let share = (at - &piece.start) / &piece.length;
        let height = &piece.left * (1.0 - &share) + &piece.right * &share;
        let none = outside.max(height.less_equal(0.0));
        none.select(f64::NEG_INFINITY, none.select(1.0, height).ln())
    }

    /// By the quantile.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::events(self, parameters, shape, |[x, f]: [&[f64]; 2]| {
            let area = |i: usize| 0.5 * (x[i + 1] - x[i]) * (f[i] + f[i + 1]);
            let total: f64 = (0..x.len() - 1).map(area).sum();
            let mut left = draw::open_unit(rng) * total;
            let mut at = 0;
            for i in 0..x.len() - 1 {
                if area(i) > 0.0 {
                    at = i;
                    if left < area(i) {
                        break;
                    }
                    left -= area(i);
                }
            }
            // Of the heights as parts of the larger one, whose squares are no infinities.
            let (share, top) = ((left / area(at)).min(1.0), f[at].max(f[at + 1]));
            let (a, b) = (f[at] / top, f[at + 1] / top);
            let height = a + (a * a + (b * b - a * a) * share).max(0.0).sqrt();
            let t = if height > 0.0 { share * ((a + b) / height) } else { 0.0 };
            (x[at] + (x[at + 1] - x[at]) * t).clamp(x[at], x[at + 1])
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.between(x, 0.0, 1.0, |x| self.area_up_to(x).clamp(0.0, 1.0)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        // The same from the other end.
        let other = self.backwards();
        Some(self.between(x, 0.0, f64::NEG_INFINITY, |x| other.area_up_to(&-x).clamp(0.0, 1.0).ln()))
    }

    /// The root of the quadratic of its piece.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let (.., area) = self.all();
        let ends = area.cumsum(area.rank().saturating_sub(1));
        let sane = p.greater_equal(0.0) * p.less_equal(1.0);
        let within = sane.select(p, 0.5);
        let passed = self.sum(&ends.less(within.expand(within.rank())));
        let piece = self.piece(&passed.min(self.pieces() as f64 - 1.0));
        let left = (&within - &piece.before).max(0.0);
        // Of the heights as parts of the larger one, whose squares are no infinities.
        let top = piece.left.max(&piece.right);
        let mass = 0.5 * &piece.length * (&piece.left + &piece.right);
        let some = top.greater(0.0) * left.greater(0.0) * mass.greater(0.0);
        let top = some.select(&top, 1.0);
        let (a, b) = (some.select(&piece.left, 1.0) / &top, some.select(&piece.right, 1.0) / &top);
        let share = some.select(left, 1.0) / some.select(mass, 1.0);
        let height = &a + (a.square() + (b.square() - a.square()) * &share).max(1e-300).sqrt();
        let t = some.select(share * (&a + b) / height, 0.0).min(1.0);
        Some(sane.select(&piece.start + t * &piece.length, f64::NAN))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The mode, or the middle of the piece beside it where that is an end.
    fn initial_value(&self) -> Expr {
        let (_, left, right, _) = self.all();
        let axis = left.rank().saturating_sub(1);
        let highest = (left + right).argmax(axis).one_hot(self.pieces());
        let middle = 0.5 * self.part(&self.x_points, 0) + 0.5 * self.part(&self.x_points, 1);
        self.sum(&highest.select(middle, 0.0))
    }

    fn mean(&self) -> Option<Expr> {
        let (length, left, right, _) = self.all();
        let start = self.part(&self.x_points, 0);
        // Each piece by the moments of its two triangles.
        let first =
            &length * (&left * (3.0 * &start + &length) + &right * (3.0 * &start + 2.0 * &length)) / 6.0;
        Some(self.sum(&first))
    }

    fn variance(&self) -> Option<Expr> {
        let (length, left, right, _) = self.all();
        let mean = self.mean()?;
        let start = self.part(&self.x_points, 0) - mean.expand(mean.rank());
        // ∫ (start + t)² of the falling and of the rising triangle.
        let falling = start.square() / 2.0 + &start * &length / 3.0 + length.square() / 12.0;
        let rising = start.square() / 2.0 + 2.0 * &start * &length / 3.0 + length.square() / 4.0;
        Some(self.sum(&(&length * (left * falling + right * rising))))
    }

    /// `-∫ f ln f` of each piece: with `m` the mean of its heights and `d` half their difference over it, `f = m (1 + d t)` over `t` in `-1..=1`.
    fn entropy(&self) -> Option<Expr> {
        let (length, left, right, area) = self.all();
        let mean = 0.5 * (&left + &right);
        let some = mean.greater(0.0);
        let mean = some.select(mean, 1.0);
        let d = some.select(0.5 * (right - left), 0.0) / &mean;
        // The mean of (1 + d t) ln(1 + d t), by its series where the logarithms cancel.
        let near = d.abs().less(0.1);
        let (small, large) = (near.select(&d, 0.0).square(), near.select(0.5, d));
        let series = (1..=7).rev().fold(Expr::constant(0.0), |sum, k| {
            let n = 2.0 * f64::from(k);
            (sum + 1.0 / (n * (n - 1.0) * (n + 1.0))) * &small
        });
        let half = |side: Expr| side.square().xlogy(&side);
        let whole = (half(1.0 + &large) - half(1.0 - &large)) / (4.0 * large) - 0.5;
        let surprise = mean.ln() + near.select(series, whole);
        Some(-self.sum(&some.select(area * surprise, 0.0 * length)))
    }

    /// The highest point.
    fn mode(&self) -> Option<Expr> {
        let axis = self.pdf_points.rank().saturating_sub(1);
        let highest = self.pdf_points.argmax(axis).one_hot(self.pieces() + 1);
        Some(self.sum(&highest.select(&self.x_points, 0.0)))
    }
}
