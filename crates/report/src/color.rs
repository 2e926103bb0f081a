//! The colours: one a class or a run, and the two colour maps of the surfaces.

/// A colour as red, green and blue, 0 to 255.
pub(crate) type Rgb = (u8, u8, u8);

/// Class and run colours: blue and red first, as the two ends of [`diverging`]; all ten are told apart
/// with the usual forms of colour blindness better than a rainbow's.
const CATEGORIES: [Rgb; 10] = [
    (0x1f, 0x5a, 0x9e),
    (0xc4, 0x35, 0x2d),
    (0x2f, 0x8f, 0x6b),
    (0xe0, 0x9f, 0x1f),
    (0x7b, 0x52, 0xab),
    (0x3a, 0xa6, 0xc4),
    (0x8c, 0x56, 0x4b),
    (0xd0, 0x63, 0xa8),
    (0x6b, 0x7a, 0x2a),
    (0x6b, 0x6b, 0x6b),
];

/// Like ColorBrewer's RdBu, blue first, but paler at the ends than the points that are drawn on top.
const DIVERGING: [Rgb; 9] = [
    (0x5a, 0x9b, 0xd0),
    (0x92, 0xc3, 0xe2),
    (0xbf, 0xdc, 0xee),
    (0xe2, 0xee, 0xf5),
    (0xf7, 0xf7, 0xf7),
    (0xfb, 0xe6, 0xdc),
    (0xf8, 0xca, 0xb5),
    (0xf0, 0xa4, 0x8f),
    (0xe0, 0x77, 0x6a),
];

/// The colour of class, run or line `index`; they repeat after ten.
pub(crate) fn category(index: usize) -> Rgb {
    CATEGORIES[index % CATEGORIES.len()]
}

/// Mixes a colour with white: 0 keeps it, 1 is white.
pub(crate) fn lighter(color: Rgb, by: f64) -> Rgb {
    mix(color, (255, 255, 255), by)
}

fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    let channel =
        |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * t).round().clamp(0.0, 255.0) as u8;
    (channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2))
}

/// Blue at 0, nearly white at one half, red at 1.
pub(crate) fn diverging(t: f64) -> Rgb {
    let at = t.clamp(0.0, 1.0) * (DIVERGING.len() - 1) as f64;
    let low = (at.floor() as usize).min(DIVERGING.len() - 2);
    mix(DIVERGING[low], DIVERGING[low + 1], at - low as f64)
}

/// White at 0, dark at 1: Green's cubehelix (2011, Bull. Astr. Soc. India 39) with seaborn's defaults
/// (`cubehelix_palette(light=1)`: start 0, 0.4 rotations, hue 0.8, dark end 0.15), as in the notebook.
pub(crate) fn sequential(t: f64) -> Rgb {
    let x = 1.0 + (0.15 - 1.0) * t.clamp(0.0, 1.0);
    let amplitude = 0.8 * x * (1.0 - x) / 2.0;
    let phi = std::f64::consts::TAU * 0.4 * x;
    let channel = |p: f64, q: f64| {
        ((x + amplitude * (p * phi.cos() + q * phi.sin())) * 255.0).round().clamp(0.0, 255.0) as u8
    };
    (channel(-0.14861, 1.78277), channel(-0.29227, -0.90649), channel(1.97294, 0.0))
}
