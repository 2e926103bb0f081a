//! `Kernel`: how alike the values of a function are at two points.

use core::f64::consts::PI;
use std::ops::{Add, Mul};

use elbo_tensor_ad::Expr;

use crate::multivariate::event::{last, total};

/// A covariance function `k(x, x')` of points that are numbers (`[n]`) or vectors (`[n, d]`).
///
/// `r` is the distance after each coordinate is divided by its length scale, which is a number or one for each coordinate (`[d]`, automatic relevance
/// determination). Kernels are added and multiplied; `2.0 * kernel` scales by 2 (PyMC's `eta**2 * kernel` with `eta**2 = 2`), as an expression on
/// either side does.
///
/// | variant | `k(x, x')` | PyMC |
/// | --- | --- | --- |
/// | `ExpQuad` | `exp(-r²/2)` | `ExpQuad` |
/// | `Matern12` | `exp(-r)` | `Matern12` |
/// | `Matern32` | `(1 + √3 r) exp(-√3 r)` | `Matern32` |
/// | `Matern52` | `(1 + √5 r + 5 r²/3) exp(-√5 r)` | `Matern52` |
/// | `RationalQuadratic` | `(1 + r²/(2 alpha))^-alpha` | `RatQuad` |
/// | `Periodic` | `exp(-Σ (sin(π (x - x')/period) / length)² / 2)` | `Periodic`; the original (MacKay 1998) has 2 in place of 1/2 |
/// | `Linear` | `(x - centre) · (x' - centre)` | `Linear` |
/// | `Constant` | `value` | `Constant` |
/// | `White` | `sigma²` for a point with itself, else 0 | `WhiteNoise` |
///
/// ```
/// use elbo_distributions::Kernel;
/// use elbo_tensor_ad::{Array, Expr, reference};
///
/// let kernel = 2.0 * Kernel::exp_quad(0.5) + Kernel::white(0.1);
/// let x = Expr::from(Array::vector(vec![0.0, 0.5]));
/// let k = reference::evaluate(&[kernel.matrix(&x)], &[])?.remove(0);
/// assert!((k.data()[0] - 2.01).abs() < 1e-15 && (k.data()[1] - 2.0 * (-0.5f64).exp()).abs() < 1e-15);
/// let variance = Expr::constant(2.0);
/// let same = Kernel::exp_quad(0.5) * variance + Kernel::white(0.1) * 1.0;
/// assert_eq!(reference::evaluate(&[same.matrix(&x)], &[])?[0], k);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Kernel {
    /// Smooth functions.
    ExpQuad {
        /// The length scale, above 0.
        length: Expr,
    },
    /// Continuous functions without slopes (Ornstein and Uhlenbeck).
    Matern12 {
        /// The length scale, above 0.
        length: Expr,
    },
    /// Functions that have slopes.
    Matern32 {
        /// The length scale, above 0.
        length: Expr,
    },
    /// Functions that have second derivatives.
    Matern52 {
        /// The length scale, above 0.
        length: Expr,
    },
    /// Smooth functions of many length scales.
    RationalQuadratic {
        /// The length scale, above 0.
        length: Expr,
        /// Above 0; `ExpQuad` in the limit.
        alpha: Expr,
    },
    /// Functions that repeat.
    Periodic {
        /// The length scale, as a part of `sin`'s range.
        length: Expr,
        /// After which functions repeat.
        period: Expr,
    },
    /// Straight lines through `centre`.
    Linear {
        /// Where all lines are 0.
        centre: Expr,
    },
    /// Constant functions.
    Constant {
        /// The variance.
        value: Expr,
    },
    /// Independent values.
    White {
        /// The standard deviation.
        sigma: Expr,
    },
    /// The sum of two.
    Sum(Box<Kernel>, Box<Kernel>),
    /// The product of two.
    Product(Box<Kernel>, Box<Kernel>),
}

macro_rules! of_a_length {
    ($($(#[$page:meta])* $name:ident $variant:ident;)+) => {$(
        $(#[$page])*
        pub fn $name(length: impl Into<Expr>) -> Kernel {
            Kernel::$variant { length: length.into() }
        }
    )+};
}

impl Kernel {
    of_a_length! {
        /// `ExpQuad` of this length scale.
        exp_quad ExpQuad;
        /// `Matern12` of this length scale.
        matern12 Matern12;
        /// `Matern32` of this length scale.
        matern32 Matern32;
        /// `Matern52` of this length scale.
        matern52 Matern52;
    }

    /// `RationalQuadratic` of this length scale and `alpha > 0`.
    pub fn rational_quadratic(length: impl Into<Expr>, alpha: impl Into<Expr>) -> Kernel {
        Kernel::RationalQuadratic { length: length.into(), alpha: alpha.into() }
    }

    /// `Periodic` of this length scale and period.
    pub fn periodic(length: impl Into<Expr>, period: impl Into<Expr>) -> Kernel {
        Kernel::Periodic { length: length.into(), period: period.into() }
    }

    /// `Linear` around this centre.
    pub fn linear(centre: impl Into<Expr>) -> Kernel {
        Kernel::Linear { centre: centre.into() }
    }

    /// `Constant` of this variance.
    pub fn constant(value: impl Into<Expr>) -> Kernel {
        Kernel::Constant { value: value.into() }
    }

    /// `White` of this standard deviation.
    pub fn white(sigma: impl Into<Expr>) -> Kernel {
        Kernel::White { sigma: sigma.into() }
    }

    /// The covariances of points with each other, `[n]` or `[n, d]` to `[n, n]`.
    pub fn matrix(&self, x: &Expr) -> Expr {
        self.between(x, x, true)
    }

    /// The covariances of points with others, `[n, d]` and `[m, d]` to `[n, m]`: `White` has none.
    pub fn cross(&self, x: &Expr, others: &Expr) -> Expr {
        self.between(x, others, false)
    }

    fn between(&self, x: &Expr, y: &Expr, same: bool) -> Expr {
        let points = |e: &Expr| if e.rank() == 1 { e.expand(1) } else { e.clone() };
        let (a, b) = (points(x), points(y));
        // Differences, not |x|² - 2 x x' + |x'|², which cancels for near points.
        let apart = || a.expand(1) - b.expand(0);
        let squared = |length: &Expr| total(&(apart() / length).square());
        let distance = |length: &Expr| {
            let r2 = squared(length);
            let near = r2.equal(0.0);
            // The square root has no slope at 0; the kernels' own is 0 there, or a kink.
            near.select(0.0, near.select(1.0, &r2).sqrt())
        };
        match self {
            Kernel::ExpQuad { length } => (-0.5 * squared(length)).exp(),
            Kernel::Matern12 { length } => (-distance(length)).exp(),
            Kernel::Matern32 { length } => {
                let r = 3f64.sqrt() * distance(length);
                (1.0 + &r) * (-&r).exp()
            }
            Kernel::Matern52 { length } => {
                let r = 5f64.sqrt() * distance(length);
                (1.0 + &r + r.square() / 3.0) * (-&r).exp()
            }
            Kernel::RationalQuadratic { length, alpha } => {
                (-alpha * (squared(length) / (2.0 * alpha)).ln1p()).exp()
            }
            Kernel::Periodic { length, period } => {
                let wave = (PI * apart() / period).sin() / length;
                (-0.5 * total(&wave.square())).exp()
            }
            Kernel::Linear { centre } => (&a - centre).matmul(&(&b - centre).matrix_transpose()),
            Kernel::Constant { value } => value + 0.0 * total(&apart()),
            Kernel::White { sigma } if same => sigma.square() * Expr::eye(a.dim(0)),
            Kernel::White { .. } => 0.0 * total(&apart()),
            Kernel::Sum(f, g) => f.between(x, y, same) + g.between(x, y, same),
            Kernel::Product(f, g) => f.between(x, y, same) * g.between(x, y, same),
        }
    }

    /// The variance at each point, `[n]`.
    pub fn variances(&self, x: &Expr) -> Expr {
        let points = if x.rank() == 1 { x.expand(1) } else { x.clone() };
        let each = 0.0 * points.sum_axes(&[last(&points)]);
        match self {
            Kernel::Linear { centre } => total(&(&points - centre).square()),
            Kernel::Constant { value } => value + each,
            Kernel::White { sigma } => sigma.square() + each,
            Kernel::Sum(f, g) => f.variances(x) + g.variances(x),
            Kernel::Product(f, g) => f.variances(x) * g.variances(x),
            _ => 1.0 + each,
        }
    }
}

impl Add for Kernel {
    type Output = Kernel;
    fn add(self, other: Kernel) -> Kernel {
        Kernel::Sum(Box::new(self), Box::new(other))
    }
}

impl Mul for Kernel {
    type Output = Kernel;
    fn mul(self, other: Kernel) -> Kernel {
        Kernel::Product(Box::new(self), Box::new(other))
    }
}

impl Mul<Expr> for Kernel {
    type Output = Kernel;
    fn mul(self, factor: Expr) -> Kernel {
        factor * self
    }
}

impl Mul<f64> for Kernel {
    type Output = Kernel;
    fn mul(self, factor: f64) -> Kernel {
        factor * self
    }
}

impl Mul<Kernel> for Expr {
    type Output = Kernel;
    fn mul(self, kernel: Kernel) -> Kernel {
        Kernel::constant(self) * kernel
    }
}

impl Mul<Kernel> for f64 {
    type Output = Kernel;
    fn mul(self, kernel: Kernel) -> Kernel {
        Kernel::constant(self) * kernel
    }
}
