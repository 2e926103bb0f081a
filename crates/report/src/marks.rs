//! The shapes and the texts of a picture, in the plotting crate's terms.

use kuva::render::color::Color;
use kuva::render::render::{Primitive, TextAnchor, TextSpan};

use crate::color::Rgb;

/// Text and frame colour: softer than black.
pub(crate) const INK: Rgb = (0x22, 0x26, 0x2b);

/// About how wide a text is in the widest of the sans-serif fonts that the SVG names (DejaVu Sans).
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.40,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '=' | '+' | '<' | '>' => 0.90,
        'A'..='Z' => 0.70,
        _ => 0.63,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// Text as the backend shows it literally: its `$...$` mathematics escaped, and without the characters that
/// XML forbids.
pub(crate) fn literal(text: &str) -> String {
    plain(text).replace('$', "\\$")
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c })
        .collect()
}

pub(crate) fn rgb((r, g, b): Rgb) -> Color {
    Color::Rgb(r, g, b)
}

pub(crate) fn text(
    x: f64,
    y: f64,
    size: u32,
    anchor: TextAnchor,
    rotate: Option<f64>,
    content: &str,
) -> Primitive {
    Primitive::Text { x, y, content: literal(content), size, anchor, rotate, bold: false, color: None }
}

pub(crate) fn bold(x: f64, y: f64, size: u32, content: &str) -> Primitive {
    // The raster backend keeps bold for spans only.
    let span = TextSpan { bold: true, ..TextSpan::plain(plain(content)) };
    Primitive::RichText { x, y, spans: vec![span], size, anchor: TextAnchor::Start, color: None }
}

pub(crate) fn disc(cx: f64, cy: f64, r: f64, fill: Rgb, edge: Rgb) -> Primitive {
    Primitive::Circle {
        cx,
        cy,
        r,
        fill: rgb(fill),
        fill_opacity: None,
        stroke: Some(rgb(edge)),
        stroke_width: Some(0.8),
    }
}

pub(crate) fn cross(out: &mut Vec<Primitive>, cx: f64, cy: f64, r: f64, color: Rgb) {
    for side in [-1.0, 1.0] {
        out.push(Primitive::Line {
            x1: cx - r,
            y1: cy - side * r,
            x2: cx + r,
            y2: cy + side * r,
            stroke: rgb(color),
            stroke_width: 1.6,
            stroke_dasharray: None,
        });
    }
}

pub(crate) fn rect(x: f64, y: f64, width: f64, height: f64, fill: Rgb) -> Primitive {
    Primitive::Rect { x, y, width, height, fill: rgb(fill), stroke: None, stroke_width: None, opacity: None }
}

pub(crate) fn outline(x: f64, y: f64, width: f64, height: f64) -> Primitive {
    Primitive::Rect {
        x,
        y,
        width,
        height,
        fill: Color::None,
        stroke: Some(rgb(INK)),
        stroke_width: Some(1.0),
        opacity: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_and_control_characters_are_literal() {
        assert_eq!(literal("a$b\u{0}\n"), "a\\$b  ");
    }
}
