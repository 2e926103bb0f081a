//! `Symmetric`: a density on the line that falls off alike to both sides of its centre.

use std::any::Any;

use elbo_tensor_ad::Expr;

use crate::{Cauchy, Distribution, Laplace, Logistic, Normal, StudentT, crossing};

/// A density `h((x - centre) / scale)` with an even `h`.
#[derive(Debug)]
pub(super) struct Symmetric {
    centre: Expr,
    scale: Expr,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Normal,
    Laplace,
    Logistic,
    /// Of these degrees of freedom.
    Student(Expr),
}

impl Symmetric {
    pub(super) fn of(d: &dyn Distribution) -> Option<Symmetric> {
        let p: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
        let d = d as &dyn Any;
        let (centre, scale, shape) = match &p[..] {
            [centre, scale] if d.is::<Normal>() => (centre, scale, Shape::Normal),
            [centre, scale] if d.is::<Laplace>() => (centre, scale, Shape::Laplace),
            [centre, scale] if d.is::<Logistic>() => (centre, scale, Shape::Logistic),
            [centre, scale] if d.is::<Cauchy>() => (centre, scale, Shape::Student(1.0.into())),
            [nu, centre, scale] if d.is::<StudentT>() => (centre, scale, Shape::Student(nu.clone())),
            _ => return None,
        };
        Some(Symmetric { centre: centre.clone(), scale: scale.clone(), shape })
    }

    /// `ln |h'(t)|` but for a constant, and its slope, for `t > 0`.
    fn log_fall(&self, t: &Expr) -> (Expr, Expr) {
        match &self.shape {
            Shape::Normal => (t.ln() - 0.5 * t.square(), t.recip() - t),
            Shape::Laplace => (-t, Expr::constant(-1.0)),
            // h = sech²(t/2) / 4.
            Shape::Logistic => {
                let half = (0.5 * t).tanh();
                let fall = half.ln() + 2.0 * (std::f64::consts::LN_2 - 0.5 * t - (-t).softplus());
                // 1 / sinh t = (1/half - half)/2.
                (fall, 0.5 * (half.recip() - &half) - half)
            }
            Shape::Student(nu) => {
                let fall = t.ln() - 0.5 * (nu + 3.0) * (t.square() / nu).ln1p();
                (fall, t.recip() - (nu + 3.0) * t / (nu + t.square()))
            }
        }
    }

    /// Where `h(x - centre) + h(x + centre)` is largest from 0 on: 0, or where its slope falls through 0, by halving.
    pub(super) fn folded_mode(&self) -> Expr {
        if let Shape::Laplace = self.shape {
            return self.centre.abs();
        }
        // At least so far out that all logarithms are numbers: what is as near to 0 as that is at 0.
        let m = (self.centre.abs() / &self.scale).max(1e-150);
        let x = crossing::falling(&0.0.into(), &m, |x| {
            let (before, after) = (self.log_fall(&(&m - x).max(1e-300)), self.log_fall(&(&m + x)));
            (before.0 - after.0, -before.1 - after.1)
        });
        &self.scale * x
    }
}
