//! The legend above a plot: its entries, laid out in rows.

use kuva::render::render::{Primitive, TextAnchor};

use crate::color::Rgb;
use crate::marks::{cross, disc, rgb, text, text_width};

/// The height of a row of the legend.
pub(crate) const ROW: f64 = 22.0;

/// One entry of a legend.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) label: String,
    pub(crate) sign: Sign,
}

/// The sign before a legend's text.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    Dot(Rgb),
    Cross(Rgb),
    Line(Rgb),
    Thin(Rgb),
}

impl Sign {
    /// From the left of the sign to the left of its text.
    fn width(self) -> f64 {
        match self {
            Sign::Dot(_) | Sign::Cross(_) => 18.0,
            Sign::Line(_) | Sign::Thin(_) => 28.0,
        }
    }
}

/// Lays legend entries out in rows no wider than `width`, each with its distance from the left.
pub(crate) fn rows(keys: &[Key], width: f64) -> Vec<Vec<(f64, Key)>> {
    let mut rows: Vec<Vec<(f64, Key)>> = Vec::new();
    let mut x = 0.0;
    for key in keys {
        let needs = key.sign.width() + text_width(&key.label, 13.0) + 18.0;
        match rows.last_mut() {
            Some(row) if x + needs <= width => row.push((x, key.clone())),
            _ => {
                x = 0.0;
                rows.push(vec![(x, key.clone())]);
            }
        }
        x += needs;
    }
    rows
}

/// Draws an entry whose sign begins at `x` and is centred on `y`.
pub(crate) fn draw(out: &mut Vec<Primitive>, x: f64, y: f64, key: &Key) {
    match key.sign {
        Sign::Dot(color) => out.push(disc(x + 6.0, y, 5.0, color, (255, 255, 255))),
        Sign::Cross(color) => cross(out, x + 6.0, y, 4.5, color),
        Sign::Line(color) | Sign::Thin(color) => out.push(Primitive::PolyLine {
            points: vec![(x + 1.0, y), (x + 21.0, y)],
            stroke: rgb(color),
            stroke_width: if matches!(key.sign, Sign::Thin(_)) { 1.0 } else { 2.5 },
            stroke_dasharray: None,
        }),
    }
    out.push(text(x + key.sign.width(), y + 4.5, 13, TextAnchor::Start, None, &key.label));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_wraps_when_it_is_wider_than_the_plot() {
        let key = |label: &str| Key { label: label.into(), sign: Sign::Dot((0, 0, 0)) };
        let keys: Vec<_> = (0..6).map(|i| key(&format!("a rather long entry {i}"))).collect();
        let rows = rows(&keys, 400.0);
        assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), 6);
        assert!(rows.len() > 1 && rows.iter().all(|r| r[0].0 == 0.0));
    }
}
