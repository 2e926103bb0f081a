//! Rank-normalisation: draws to normal scores by their ranks.

use crate::interval::quantile_of_sorted;

/// The median of finite, at least one, values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (n, half) = (sorted.len(), sorted.len() / 2);
    if n % 2 == 1 { quantile_of_sorted(&sorted, 0.5) } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

/// Normal scores: `Φ⁻¹((rank - 3/8) / (n + 1/4))`, ties sharing their average rank (Blom 1958).
pub(crate) fn z_scale(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut scores = vec![0.0; n];
    let mut start = 0;
    while start < n {
        let mut end = start + 1;
        while end < n && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let rank = (start + 1 + end) as f64 / 2.0;
        let score = normal_quantile((rank - 0.375) / (n as f64 + 0.25));
        for &i in &order[start..end] {
            scores[i] = score;
        }
        start = end;
    }
    scores
}

/// The inverse of the standard normal distribution function: Wichura (1988), algorithm AS 241, PPND16,
/// relative accuracy about 1e-16 for probabilities in (0, 1).
fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTER);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-tail.ln()).sqrt();
    let z = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -z } else { z }
}

/// Numerator and denominator, both from the constant term up.
type Rational = [[f64; 8]; 2];

fn ratio(x: f64, [top, bottom]: &Rational) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(top) / horner(bottom)
}

const CENTER: Rational = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];

const MIDDLE: Rational = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR: Rational = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantile_meets_values_of_the_distribution_function() {
        // scipy.stats.norm.ppf of SciPy 1.17.1.
        for (p, z) in REFERENCE {
            let got = normal_quantile(p);
            assert!((got - z).abs() <= 1e-15 * z.abs(), "p {p}: {got} {z}");
        }
        assert_eq!(normal_quantile(0.5), 0.0);
    }

    const REFERENCE: [(f64, f64); 14] = [
        (1e-300, -37.0470962993612),
        (1e-20, -9.262340089798409),
        (1e-11, -6.706023155495137),
        (1e-05, -4.264890793922825),
        (0.01, -2.3263478740408408),
        (0.074, -1.4466320671589785),
        (0.075, -1.4395314709384563),
        (0.076, -1.4325027208258116),
        (0.2, -0.8416212335729142),
        (0.4, -0.2533471031357997),
        (0.6, 0.2533471031357997),
        (0.925, 1.4395314709384563),
        (0.99, 2.3263478740408408),
        (0.999999, 4.753424308817087),
    ];

    #[test]
    fn ties_share_their_average_rank() {
        let z = z_scale(&[3.0, 1.0, 3.0, 2.0]);
        assert_eq!(z[0], z[2]);
        assert!((z[0] - normal_quantile(3.125 / 4.25)).abs() < 1e-15);
        assert!((z[1] - normal_quantile(0.625 / 4.25)).abs() < 1e-15);
    }
}
