//! The scaled complementary error function, branch-free, so that a loop over it vectorises: in `f64`, in which `f32` is computed too.
//!
//! `(1 + 2a) erfcx a` is a polynomial in `(a - c) / (a + c)` on the whole half line (Shepherd and Laframboise, Mathematics of Computation
//! 36, 1981); on the left `erfcx x = 2 e^(x^2) - erfcx -x`, with the square in two parts.

use super::exp::f64::exp;
use super::lane::polynomial;
use super::special::error::{CENTRE, SCALED};

/// `erfcx a` for `a >= 0`.
#[inline(always)]
pub(super) fn tail(a: f64) -> f64 {
    // Further out the quotient is 1.
    let near = if a > 1e18 { 1e18 } else { a };
    // The division is rounded once: near the centre the difference is exact.
    let t = (near - CENTRE) / (near + CENTRE);
    let sum = polynomial!(
        f64, t;
        SCALED[0], SCALED[1], SCALED[2], SCALED[3], SCALED[4], SCALED[5], SCALED[6], SCALED[7], SCALED[8], SCALED[9], SCALED[10], SCALED[11], SCALED[12], SCALED[13], SCALED[14], SCALED[15], SCALED[16], SCALED[17], SCALED[18], SCALED[19], SCALED[20], SCALED[21], SCALED[22], SCALED[23]
    );
    // Halves, so that the largest number does not overflow.
    0.5 * sum / (a + 0.5)
}

/// `e^(x^2) erfc x`, within 4 ulp; infinite below -26.64.
#[inline(always)]
pub(super) fn erfcx(x: f64) -> f64 {
    let right = tail(x.abs());
    // Below -27 both the square and what it lost are those of -27: the result is infinite.
    let y = if x < -27.0 { -27.0 } else { x };
    let square = y * y;
    let lost = y.mul_add(y, -square);
    let value = exp(if square > 709.7 { 709.7 } else { square });
    let left = 2.0 * value.mul_add(lost, value) - right;
    if x < 0.0 { left } else { right }
}
