//! Every elementwise primitive at one number, through the platform's own functions where it has them.

use super::{incomplete, special};
use crate::op::{Binary, Ternary, Unary};

/// The primitive at `x`.
pub(crate) fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Sign => {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                x
            }
        }
        Unary::Floor => x.floor(),
        Unary::Round => x.round_ties_even(),
        Unary::Recip => x.recip(),
        Unary::Square => x * x,
        Unary::Sqrt => x.sqrt(),
        Unary::Cbrt => x.cbrt(),
        Unary::Exp => x.exp(),
        Unary::Expm1 => x.exp_m1(),
        Unary::Ln => x.ln(),
        Unary::Ln1p => x.ln_1p(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Asinh => libm::asinh(x),
        // Not the standard library's, which loses digits near 1; libm's is not NaN for all x below it.
        Unary::Acosh => {
            if x < 1.0 {
                f64::NAN
            } else {
                libm::acosh(x)
            }
        }
        Unary::Tanh => x.tanh(),
        Unary::Sigmoid => {
            if x >= 0.0 {
                1.0 / (1.0 + (-x).exp())
            } else {
                x.exp() / (1.0 + x.exp())
            }
        }
        Unary::Softplus => {
            if x > 0.0 {
                x + (-x).exp().ln_1p()
            } else {
                x.exp().ln_1p()
            }
        }
        Unary::Lgamma => libm::lgamma(x),
        Unary::Polygamma(n) => polygamma(n, x),
        Unary::Erf => libm::erf(x),
        Unary::Erfc => libm::erfc(x),
        Unary::Erfcx(n) => special::erfcx(n, x),
        Unary::Erfinv => special::erfinv(x),
        Unary::NormalCdf => special::normal_cdf(x),
        Unary::LogNormalCdf => special::log_normal_cdf(x),
        Unary::NormalQuantile => special::normal_quantile(x),
        Unary::Lgamma1p => special::lgamma1p(x),
        Unary::BesselI(n) => special::bessel_i(n, x),
        Unary::BesselI0e(n) => special::bessel_i0e(n, x),
        Unary::BesselI1e => special::bessel_i1e(x),
    }
}

/// The primitive at `(a, b)`.
pub(crate) fn binary(op: Binary, a: f64, b: f64) -> f64 {
    let flag = |c: bool| if c { 1.0 } else { 0.0 };
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.powf(b),
        Binary::Atan2 => a.atan2(b),
        Binary::Max => {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                a.max(b)
            }
        }
        Binary::Min => {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                a.min(b)
            }
        }
        Binary::Less => flag(a < b),
        Binary::LessEqual => flag(a <= b),
        Binary::Equal => flag(a == b),
        Binary::LnBeta => special::ln_beta(a, b),
        Binary::PolygammaStep(n) => special::polygamma_step(n, a, b),
        Binary::GammaP => incomplete::gamma_p(a, b),
        Binary::GammaQ => incomplete::gamma_q(a, b),
        Binary::GammaPSlope => incomplete::gamma_p_slope(a, b),
        Binary::GammaDensity => incomplete::gamma_density(a, b),
    }
}

/// The primitive at `(a, b, x)`.
pub(crate) fn ternary(op: Ternary, a: f64, b: f64, x: f64) -> f64 {
    match op {
        Ternary::BetaInc => incomplete::beta_inc(a, b, x),
        Ternary::BetaIncSlopeA => incomplete::beta_inc_slope_a(a, b, x),
        Ternary::BetaIncSlopeB => incomplete::beta_inc_slope_b(a, b, x),
        Ternary::BetaDensity => incomplete::beta_density(a, b, x),
    }
}

/// `ln(e^a + e^b)`; minus infinity only when both are, NaN when one is.
pub(crate) fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = (binary(Binary::Min, a, b), binary(Binary::Max, a, b));
    // Of two equal infinities the difference would be NaN.
    let difference = if low == high { 0.0 } else { low - high };
    high + difference.exp().ln_1p()
}

/// `B_2, B_4, ...`: the Bernoulli numbers of the asymptotic series.
pub(super) const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
];

/// `ψ⁽ⁿ⁾(x)`: upward recurrence to `x ≥ 20 + n`, then the asymptotic series (DLMF 5.11.2, 5.15.8-9).
/// Reflection (DLMF 5.5.4, 5.15.6) below 0. At the poles infinity for odd orders, which have one sign on both sides, NaN for even ones, but for `ψ(±0) = ∓∞`,
/// which has one side each (as SciPy).
pub(super) fn polygamma(order: u8, x: f64) -> f64 {
    let n = f64::from(order);
    if x <= 0.0 && order >= 1 || x.is_nan() {
        if x.fract() == 0.0 && !order.is_multiple_of(2) {
            return f64::INFINITY;
        }
        if order == 1 && x < -1e4 && x.fract() != 0.0 {
            let s = (std::f64::consts::PI * x).sin();
            return (std::f64::consts::PI / s).powi(2) - polygamma(1, 1.0 - x);
        }
        if x < 0.0 && x.fract() != 0.0 {
            // The reflection's other side has period 1, so that of the fractional part will do.
            let part = x - x.floor();
            let sign = if order.is_multiple_of(2) { -1.0 } else { 1.0 };
            return sign * (polygamma(order, 1.0 - part) - polygamma(order, 1.0 - x))
                + polygamma(order, part);
        }
        return f64::NAN;
    }
    if x <= 0.0 && order == 0 {
        if x == 0.0 {
            return f64::NEG_INFINITY.copysign(-x);
        }
        if x.fract() == 0.0 {
            return f64::NAN;
        }
        return polygamma(0, 1.0 - x) - std::f64::consts::PI / (std::f64::consts::PI * x).tan();
    }
    if x == f64::INFINITY {
        return if order == 0 { f64::INFINITY } else { 0.0 };
    }
    let factorial = |k: u8| (1..=k).map(f64::from).product::<f64>();
    let sign = if order.is_multiple_of(2) { -1.0 } else { 1.0 };
    let (mut shifted, mut sum) = (x, 0.0);
    while shifted < 20.0 + n {
        sum += sign * factorial(order) / shifted.powi(i32::from(order) + 1);
        shifted += 1.0;
    }
    let y = shifted;
    if order == 0 {
        let series: f64 =
            BERNOULLI.iter().zip(1..).map(|(b, k)| b / (2.0 * f64::from(k)) * y.powi(-2 * k)).sum();
        return sum + y.ln() - 0.5 / y - series;
    }
    let mut tail =
        factorial(order - 1) / y.powi(order.into()) + factorial(order) / (2.0 * y.powi(i32::from(order) + 1));
    // (2k + n - 1)! / (2k)!, carried along.
    let mut ratio = (3..=order + 1).map(f64::from).product::<f64>();
    for (b, k) in BERNOULLI.iter().zip(1i32..) {
        tail += b * ratio * y.powi(-(2 * k + i32::from(order)));
        let (m, nn) = (f64::from(2 * k), n);
        ratio *= (m + nn) * (m + nn + 1.0) / ((m + 1.0) * (m + 2.0));
    }
    sum + sign * tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygamma_agrees_with_known_values() {
        // DLMF 5.4.12, 5.15.2 and 5.15.3; ψ'''(1) = π⁴/15.
        let pi = std::f64::consts::PI;
        // Of the value, or of 1 where it is smaller: the digamma function is a difference of terms of about 3.
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 4e-15 * b.abs().max(1.0), "{a} {b}");
        assert_eq!(polygamma(0, 0.0), f64::NEG_INFINITY);
        assert_eq!(polygamma(0, -0.0), f64::INFINITY);
        close(polygamma(0, 1.0), -0.577_215_664_901_532_9);
        close(polygamma(1, 1.0), pi * pi / 6.0);
        close(polygamma(1, 0.5), pi * pi / 2.0);
        close(polygamma(2, 1.0), -2.404_113_806_319_188_6);
        close(polygamma(3, 1.0), pi.powi(4) / 15.0);
        close(polygamma(2, -0.5), -0.828_796_644_234_32);
        close(polygamma(0, -0.5), 0.036_489_973_978_576_52);
    }
}
