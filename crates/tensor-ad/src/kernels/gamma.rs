//! `ln Gamma` and its derivative for positive numbers, branch-free, so that a loop over them vectorises.
//!
//! Below 8.5 the argument is `n + s` with `|s| <= 1/2`, and `ln Gamma(2 + s) = s P(s)` is brought to it by the recurrence: one
//! logarithm of a product, or one quotient. Above, Stirling's series (DLMF 5.11.1, 5.11.2), for which the same
//! logarithm or quotient serves. Negative numbers are done one by one, and so is the derivative
//! near its positive zero, where the fraction and the series cancel.

/// Where the derivative is zero, nearly.
const DIGAMMA_ZERO: f64 = 1.461632;

macro_rules! gammas {
    ($t:ident; [$($near:expr),+]; [$($far:expr),+]; [$($slope:expr),+]; [$($slope_far:expr),+]) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::MAGIC;
            use super::super::lane::polynomial;
            use super::super::ln::$t::ln;

            const FROM: $t = 8.5;

            /// `n` and `s`.
            #[inline(always)]
            fn split(x: $t) -> ($t, $t) {
                let y = if x < FROM { x } else { 2.0 };
                let n = (y + MAGIC) - MAGIC;
                (n, y - n)
            }

            /// `n`, `s`, and what `Gamma(2 + s)` is multiplied by (for `n >= 2`) or divided by (below) to be `Gamma(x)`, `x < 8.5`:
            /// `(x - 1) (x - 2) ... (2 + s)`, and `x` or `x (x + 1)`.
            #[inline(always)]
            pub(in super::super) fn reduced(x: $t) -> ($t, $t, $t, $t) {
                let (n, s) = split(x);
                let product = if n >= 3.0 { x - 1.0 } else { 1.0 };
                let product = if n >= 4.0 { product * (x - 2.0) } else { product };
                let product = if n >= 5.0 { product * (x - 3.0) } else { product };
                let product = if n >= 6.0 { product * (x - 4.0) } else { product };
                let product = if n >= 7.0 { product * (x - 5.0) } else { product };
                let product = if n >= 8.0 { product * (x - 6.0) } else { product };
                let divisor = if n < 1.0 { x * (x + 1.0) } else { x };
                (n, s, product, divisor)
            }

            /// `ln Gamma(2 + s) / s`
            #[inline(always)]
            pub(in super::super) fn about_two(s: $t) -> $t {
                polynomial!($t, s; $($near),+)
            }

            /// `ln Gamma(x)` for `x >= 0`, within 4 ulp of it or of 1, and of itself between 1/2 and 5/2, where its zeros are.
            #[inline(always)]
            pub(in super::super) fn lgamma(x: $t) -> $t {
                let (n, s, product, divisor) = reduced(x);
                let below = n < 2.0;
                let argument = if below { divisor } else { product };
                let near = x < FROM;
                let log = ln(if near { argument } else { x });
                let value = s.mul_add(about_two(s), if below { -log } else { log });
                let z = 1.0 / x;
                // (ln(2 pi) - 1) / 2.
                let series = z.mul_add(polynomial!($t, z * z; $($far),+), 0.418_938_533_204_672_74);
                let stirling = (x - 0.5).mul_add(log - 1.0, series);
                if near { value } else { stirling }
            }

            /// True where [`digamma`] is not for: numbers that are not positive, and some 0.1 about its zero.
            #[inline(always)]
            pub(in super::super) fn digamma_is_rare(x: $t) -> bool {
                (x <= 0.0) | ((x - super::DIGAMMA_ZERO as $t).abs() < 0.1)
            }

            /// The derivative of `ln Gamma` for `x > 0`, within 4 ulp of it or of 1.
            #[inline(always)]
            pub(in super::super) fn digamma(x: $t) -> $t {
                let (n, s) = split(x);
                // The sum of the reciprocals as one fraction.
                let (a, b) = (0.0, 1.0);
                macro_rules! term {
                    ($a:ident, $b:ident, $j:expr) => {{
                        let f = if n >= $j + 2.0 { x - $j } else { 1.0 };
                        let a = if n >= $j + 2.0 { ($a as $t).mul_add(f, $b) } else { $a };
                        (a, $b * f)
                    }};
                }
                let (a, b) = term!(a, b, 1.0);
                let (a, b) = term!(a, b, 2.0);
                let (a, b) = term!(a, b, 3.0);
                let (a, b) = term!(a, b, 4.0);
                let (a, b) = term!(a, b, 5.0);
                let (a, b) = term!(a, b, 6.0);
                let below = n < 2.0;
                let lowest = n < 1.0;
                let a = if below { -1.0 } else { a };
                let a = if lowest { (-2.0 as $t).mul_add(x, -1.0) } else { a };
                let b = if below { x } else { b };
                let b = if lowest { x * (x + 1.0) } else { b };
                let near = x < FROM;
                let quotient = if near { a } else { 1.0 } / if near { b } else { x };
                let value = polynomial!($t, s; $($slope),+) + quotient;
                let square = quotient * quotient;
                let series = square.mul_add(polynomial!($t, square; $($slope_far),+), 0.5 * quotient);
                let asymptotic = ln(x) - series;
                if near { value } else { asymptotic }
            }
        }
    };
}

// ln Gamma(2 + s) / s; Stirling's series times x, in 1/x^2; psi(2 + s); (ln x - 1/(2x) - psi) x^2 in 1/x^2.
gammas!(f64;
    [0.42278433509846713, 0.32246703342411326, -0.06735230105319807, 0.02058080842778038, -0.007385551028673972,
     0.002890510331034267, -0.0011927539117796706, 0.0005096695154115458, -0.00022315475509971915,
     9.945767355819498e-05, -4.4926302235012546e-05, 2.0505590755833454e-05, -9.438783678554012e-06,
     4.38470440459836e-06, -2.043654006250496e-06, 9.200527894968101e-07, -4.330255433610381e-07,
     2.78740805211359e-07, -1.3177704916223984e-07];
    [0.08333333333333333, -0.002777777777775886, 0.0007936507914552451, -0.0005952371356647239,
     0.0008415498761143852, -0.0018956627985661561, 0.005196041772783029];
    [0.42278433509846713, 0.6449340668482267, -0.20205690315959446, 0.08232323371105249, -0.03692775514332708,
     0.017343061990467628, -0.008349277384931816, 0.00407735600617157, -0.002008392730204003,
     0.0009945784300194591, -0.0004941902550788927, 0.00024605326824719294, -0.0001226967064798969,
     6.144972571559871e-05, -3.068902288655258e-05, 1.4564976260589657e-05, -7.278587670411483e-06,
     5.17334585434095e-06, -2.5861773625857027e-06];
    [0.08333333333333333, -0.008333333333332582, 0.003968253967108766, -0.004166665999116192,
     0.007575565380811158, -0.021062460242071816, 0.08063113870547425, -0.31209991751824484]);
gammas!(f32;
    [0.422_784_328_460_693_36, 0.322_467_029_094_696_04, -0.067_353_263_497_352_6, 0.020_581_239_834_427_834,
     -0.007_366_421_632_468_7, 0.002_881_965_599_954_128_3, -0.001_312_562_380_917_370_3, 0.000_563_159_177_545_458_1];
    [0.083_333_335_816_860_2, -0.002_777_715_446_427_464_5, 0.000_781_556_649_599_224_3];
    [0.422_784_417_867_660_5, 0.644_934_058_189_392_1, -0.202_065_780_758_857_73, 0.082_327_634_096_145_63,
     -0.036_751_955_747_604_37, 0.017_255_950_719_118_12, -0.009_445_098_228_752_613, 0.004_620_277_322_828_77];
    [0.083_333_335_816_860_2, -0.008_332_899_771_630_764, 0.003_884_106_408_804_655]);
