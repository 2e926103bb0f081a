//! `erf` and `erfc`, branch-free, so that a loop over them vectorises.
//!
//! `erfc a = e^(-a^2) (1 + p) / (1 + 2a)` for `a >= 0`, where `p` is a polynomial in `(a - c) / (a + c)`, which brings the half line to
//! a short interval (Shepherd and Laframboise, Mathematics of Computation 36, 1981); `a^2` is taken in two parts. `erf` is a polynomial up to 1.

macro_rules! error_functions {
    ($t:ident, $end:expr, $centre:expr; [$($erf:expr),+]; [$($erfcx:expr),+]) => {
        pub(in super::super) mod $t {
            use super::super::exp::$t::exp;
            use super::super::lane::polynomial;

            /// `erfc a` for `a >= 0`.
            #[inline(always)]
            fn tail(a: $t) -> $t {
                let a = if a > $end { $end } else { a };
                let inverse = 1.0 / (a + $centre);
                let q = (a - $centre) * inverse;
                // Near 0 the polynomial is steep: what q misses, a - c - q (a + c), is put back.
                let missing = (-q).mul_add(a, (-$centre as $t).mul_add(q + 1.0, a));
                let q = inverse.mul_add(missing, q);
                let p = polynomial!($t, q; $($erfcx),+);
                let square = a * a;
                let low = a.mul_add(a, -square);
                let scaled = (1.0 + p) / a.mul_add(2.0, 1.0);
                exp(-square) * (-low).mul_add(scaled, scaled)
            }

            /// `erf x`, within 2 ulp.
            #[inline(always)]
            pub(in super::super) fn erf(x: $t) -> $t {
                let a = x.abs();
                let z = x * x;
                let near = a.mul_add(polynomial!($t, z; $($erf),+), a);
                (if a > 1.0 { 1.0 - tail(a) } else { near }).copysign(x)
            }

            /// `1 - erf x`, within 4 ulp.
            #[inline(always)]
            pub(in super::super) fn erfc(x: $t) -> $t {
                let value = tail(x.abs());
                if x < 0.0 { 2.0 - value } else { value }
            }
        }
    };
}

// erf(x)/x - 1 in x^2 up to 1; (1 + 2a) e^(a^2) erfc(a) - 1 in (a - c)/(a + c).
error_functions!(f64, 28.0, 4.0;
    [0.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
     -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-05, 1.6461000484121368e-06,
     -1.6350312701054695e-07, 1.4659775274047436e-08, -1.1372848856791674e-09, 5.957176147748911e-11];
    [0.2329951186255525, -0.13962111684056253, 0.015379652102619558, 0.06809705425469323, -0.10103906603629459,
     0.09373283499833023, -0.0663303658124095, 0.03716751553777026, -0.01619773405599449, 0.005031969975753176,
     -0.0007577732973669146, -0.00019925668432389153, 0.00015062169704678355, -2.439924428312988e-05,
     -1.1222046316669005e-05, 5.709784760966506e-06, 2.9377854943443786e-07, -8.254699744871162e-07,
     7.471952780500971e-08, 1.1005996198640057e-07, -1.799947545903142e-08, -1.4091982822555755e-08,
     1.868487385473519e-09, 1.263782858042137e-09]);
error_functions!(f32, 11.0, 2.0;
    [0.128_379_166_126_251_22, -0.376_126_259_565_353_4, 0.112_835_943_698_883_06, -0.026_854_211_464_524_27,
     0.005_189_087_241_888_046, -0.000_801_686_430_349_946, 7.875_874_871_388_078e-5];
    [0.276_978_403_329_849_24, -0.092_763_900_756_835_94, -0.166_031_524_538_993_84, 0.164_053_097_367_286_68,
     -0.054_203_208_535_909_65, -0.008_042_481_727_898_121, 0.008_631_817_996_501_923, 0.001_262_663_397_938_013,
     -0.001_249_076_682_142_913_3, -0.000_350_061_978_679_150_34, 3.292_978_726_676_665e-5]);
