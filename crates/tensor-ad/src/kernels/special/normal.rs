//! The inverses of the normal distribution's function and of the error function where they are rare: in the far tails, and outside.

use core::f64::consts::SQRT_2;

/// The inverse of the normal distribution's function far out: relative error 1e-15. Infinite at 0 and 1, NaN outside.
///
/// Wichura's PPND16 (Applied Statistics 37, 1988, algorithm AS 241).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p < 0.5 { tail(p) } else { -tail(1.0 - p) }
}

/// The inverse of `erf` far out and next to 0: relative error 1e-15. Infinite at -1 and 1, NaN outside.
pub(crate) fn erfinv(x: f64) -> f64 {
    if !(-1.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    if x.abs() < 1e-300 {
        // The root of pi/4: a subnormal must not lose its last bit to a half.
        return x * 0.886_226_925_452_758;
    }
    (tail(0.5 * (1.0 - x.abs())) / SQRT_2).copysign(x)
}

fn horner(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// The quantile of a small `p`.
fn tail(p: f64) -> f64 {
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let r = (-libm::log(p)).sqrt();
    let (r, above, below) =
        if r <= 5.0 { (r - 1.6, &NEAR_ABOVE, &NEAR_BELOW) } else { (r - 5.0, &FAR_ABOVE, &FAR_BELOW) };
    -horner(r, above) / horner(r, below)
}

pub(in super::super) const NEAR_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
pub(in super::super) const NEAR_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];
