//! Logarithms that need not go through the number whose logarithm they are.

use std::f64::consts::{LN_2, SQRT_2};

use super::rules::Rules;
use crate::Expr;
use crate::op::{Binary, Op, Reduce, Unary};

/// Where the nodes that rules make say that they were written.
pub(super) const FILE: &str = file!();

/// A stable form of a logarithm.
pub(super) struct Log {
    pub(super) value: Expr,
    /// The number is positive whatever the inputs are, so that the logarithm of a product with it is a sum.
    pub(super) positive: bool,
    /// The plain logarithm is this form already.
    pub(super) known: bool,
}

impl Log {
    fn positive(value: Expr) -> Option<Log> {
        Some(Log { value, positive: true, known: false })
    }

    fn any(value: Expr) -> Option<Log> {
        Some(Log { value, positive: false, known: false })
    }
}

impl Rules {
    /// `ln y`, if there is a better form than the plain one.
    pub(super) fn log(&self, y: &Expr) -> Option<Log> {
        if let Some(x) = self.exponent(y) {
            return Log::positive(x);
        }
        if let Some(x) = self.moved(y) {
            let Log { value, positive, known } = self.log(x)?;
            let value = if known { y.ln() } else { Expr::node(y.op().clone(), vec![value]) };
            return Some(Log { value, positive, known });
        }
        if let Some(x) = self.squared(y) {
            return Log::any(2.0 * x.abs().ln());
        }
        match self.open(y)? {
            (Op::Unary(Unary::Sigmoid), args) => Log::positive(-self.minus(&args[0]).softplus()),
            (Op::Unary(Unary::NormalCdf), args) => Log::positive(args[0].normal_log_cdf()),
            (Op::Unary(Unary::Erfc), args) => {
                let near = args[0].less(1.0);
                let (x, far) = (near.select(&args[0], 0.0), near.select(1.0, &args[0]));
                Log::positive(near.select((-x.erf()).ln1p(), (-SQRT_2 * far).normal_log_cdf() + LN_2))
            }
            (Op::Unary(Unary::Cosh), args) => {
                // 1 + 2 sinh² x/2 near 0.
                let near = args[0].abs().less(1.0);
                let (x, far) = (near.select(&args[0], 0.0), near.select(1.0, &args[0]).abs());
                let beyond = &far + (-2.0 * &far).softplus() - LN_2;
                Log::positive(near.select((2.0 * (0.5 * x).sinh().square()).ln1p(), beyond))
            }
            // eˣ - 1; the branch of that very form is left alone.
            (Op::Unary(Unary::Expm1), args) => match self.open(&args[0]) {
                Some((Op::Select, _)) => None,
                _ => Log::any(args[0].softplus_inverse()),
            },
            (Op::Unary(Unary::Neg), args) => self.log_one_minus_exp(self.unary(&args[0], Unary::Expm1)?),
            (Op::Unary(Unary::Recip), args) => {
                let p = self.log(&args[0]).filter(|p| p.positive)?;
                Log::positive(self.minus(&p.value))
            }
            (Op::Unary(Unary::Sqrt), args) => {
                let p = self.log(&args[0]).filter(|p| p.positive)?;
                Log::positive(0.5 * p.value)
            }
            (Op::Reduce(Reduce::Sum, axes), args) => self.log_sum_exp(y, &args[0], axes),
            (Op::Binary(Binary::Add | Binary::Sub), _) => self.log_of_sum(y),
            (Op::Binary(Binary::Mul), args) => self.log_of_product(&args[0], &args[1], |a, b| a + b),
            (Op::Binary(Binary::Div), args) => self.log_of_product(&args[0], &args[1], |a, b| a - b),
            (Op::Binary(Binary::Pow), args) => {
                let n = self.literal(&args[1])?;
                if n % 2.0 == 0.0 && n != 0.0 {
                    Log::any(n * args[0].abs().ln())
                } else if n.rem_euclid(2.0) == 1.0 && n > 1.0 {
                    Log::any(n * args[0].ln())
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// `ln(1 ± z)`, `ln(eᵃ + eᵇ)`.
    fn log_of_sum(&self, y: &Expr) -> Option<Log> {
        if let Some((a, b)) = self.binary(y, Binary::Add)
            && let (Some(p), Some(q)) = (self.exponent(a), self.exponent(b))
        {
            if self.shifted_pair(&p, &q) {
                return Some(Log { value: y.ln(), positive: true, known: true });
            }
            return Log::positive(p.logaddexp(q));
        }
        let z = match self.one_minus(y) {
            Some(z) => self.minus(z),
            None => self.one_plus(y)?.clone(),
        };
        self.log_one_plus(&z).or_else(|| Log::any(z.ln1p()))
    }

    /// `ln(1 + z)`, if there is a better form than `ln1p z`.
    pub(super) fn log_one_plus(&self, z: &Expr) -> Option<Log> {
        if let Some(x) = self.exponent(z) {
            return Log::positive(x.softplus());
        }
        let z = self.negated(z)?;
        if let Some(x) = self.unary(z, Unary::Sigmoid) {
            return Log::positive(-x.softplus());
        }
        if let Some(x) = self.exponent(z) {
            return self.log_one_minus_exp(&x);
        }
        // 1 - tanh² x = 1 / cosh² x, the slope of tanh: what a change of variables adds.
        let x = self.unary(self.squared(z)?, Unary::Tanh)?.abs();
        Log::positive(2.0 * (LN_2 - (&x + (-2.0 * &x).softplus())))
    }

    /// `ln(1 - eˣ)`; the branches of that very form, whose argument is picked by a condition, are left alone.
    fn log_one_minus_exp(&self, x: &Expr) -> Option<Log> {
        match self.open(x) {
            Some((Op::Select, _)) => None,
            _ => Log::any(x.log1mexp()),
        }
    }

    /// `ln(p q^±1)`, where one of both is positive and has a stable logarithm.
    fn log_of_product(&self, p: &Expr, q: &Expr, join: impl Fn(Expr, Expr) -> Expr) -> Option<Log> {
        let (a, b) = (self.log(p), self.log(q));
        let positive = |l: &Option<Log>| l.as_ref().is_some_and(|l| l.positive);
        if !(positive(&a) || positive(&b)) {
            return None;
        }
        let both = (positive(&a) || self.positive_number(p)) && (positive(&b) || self.positive_number(q));
        let plain = |l: Option<Log>, e: &Expr| l.map_or_else(|| e.ln(), |l| l.value);
        Some(Log { value: join(plain(a, p), plain(b, q)), positive: both, known: false })
    }

    /// True for positive literals and for lengths: of no element at all the mean is NaN in any form.
    fn positive_number(&self, e: &Expr) -> bool {
        let size = matches!(self.open(self.bare(e)), Some((Op::Size(_), _)));
        size || self.literal(e).is_some_and(|c| c > 0.0)
    }

    /// `ln Σ eˣ` over `axes`.
    fn log_sum_exp(&self, y: &Expr, terms: &Expr, axes: &[usize]) -> Option<Log> {
        let x = self.exponent(terms)?;
        if self.shifted(&x, axes) {
            return Some(Log { value: y.ln(), positive: true, known: true });
        }
        let (shifted, top) = shift(&x, axes);
        Log::positive(shifted.exp().sum_axes(axes).ln() + top)
    }

    /// True when the exponents are `a - max a`, the maximum taken over the same axes.
    pub(super) fn shifted(&self, x: &Expr, axes: &[usize]) -> bool {
        let Some((a, top)) = self.binary(x, Binary::Sub) else { return false };
        let top = self.bare(top);
        match top.op() {
            Op::Reduce(Reduce::Max, over) => over == axes && self.same(a, &top.args()[0]),
            _ => false,
        }
    }

    /// True when the exponents are `a - m` and `b - m` with `m` the larger of `a` and `b`.
    fn shifted_pair(&self, p: &Expr, q: &Expr) -> bool {
        let (Some((a, m)), Some((b, n))) = (self.binary(p, Binary::Sub), self.binary(q, Binary::Sub)) else {
            return false;
        };
        if !self.same(m, n) {
            return false;
        }
        let top = self.bare(m);
        let Op::Binary(Binary::Max) = top.op() else { return false };
        let [c, d] = [&top.args()[0], &top.args()[1]];
        self.same(a, c) && self.same(b, d) || self.same(a, d) && self.same(b, c)
    }

    /// What is moved, kept from gradients, or replaced by 0 where it is not finite.
    fn bare<'e>(&self, e: &'e Expr) -> &'e Expr {
        let mut e = e;
        loop {
            e = match e.op() {
                Op::StopGradient | Op::Broadcast(_) | Op::Reshape(_) => &e.args()[0],
                Op::Select if self.literal(&e.args()[2]) == Some(0.0) => &e.args()[1],
                _ => return e,
            };
        }
    }
}

/// `x - max x`, and the maximum: what is not finite is not subtracted, for `∞ - ∞` is NaN. No gradient flows through it.
pub(super) fn shift(x: &Expr, axes: &[usize]) -> (Expr, Expr) {
    let top = x.max_axes(axes).stop_gradient();
    let top = top.abs().less(f64::INFINITY).select(&top, 0.0);
    let kept: Vec<crate::Dim> = (x.shape().dims().iter().enumerate())
        .map(|(i, d)| if axes.contains(&i) { crate::Dim::Fixed(1) } else { d.clone() })
        .collect();
    (x - top.reshape(kept), top)
}
