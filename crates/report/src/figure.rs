//! A finished picture: its SVG text, its PNG bytes, and the two files.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::render::Scene;

use crate::Error;

/// The most pixels of a PNG: while it is drawn, it takes sixteen bytes for each.
const LARGEST_AREA: f64 = 25e6;

/// A finished picture, drawn once and written as SVG or PNG.
///
/// The SVG names the usual sans-serif fonts and embeds none (an embedded one is a megabyte); it has a
/// `viewBox`, so it scales. The PNG is drawn with a font that is part of the program: neither needs
/// anything installed.
pub struct Figure {
    svg: String,
    title: String,
    scene: Scene,
}

/// The two files that [`Figure::save`] wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// `<dir>/<stem>.svg`
    pub svg: PathBuf,
    /// `<dir>/<stem>.png`
    pub png: PathBuf,
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figure")
            .field("title", &self.title)
            .field("width", &self.width())
            .field("height", &self.height())
            .finish_non_exhaustive()
    }
}

impl Figure {
    pub(crate) fn new(title: &str, scene: Scene) -> Self {
        let body = SvgBackend::new().render_scene(&scene);
        // The backend writes no viewBox, and without one a picture inlined in a page cannot shrink.
        let head = format!("<svg viewBox=\"0 0 {} {}\" ", scene.width, scene.height);
        Self { svg: body.replacen("<svg ", &head, 1), title: title.into(), scene }
    }

    /// The picture as one `<svg>` element, with no XML declaration before it.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The title it was drawn with; empty when it had none.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Width in SVG units.
    pub fn width(&self) -> f64 {
        self.scene.width
    }

    /// Height in SVG units.
    pub fn height(&self) -> f64 {
        self.scene.height
    }

    /// The picture as PNG bytes, `scale` pixels to an SVG unit: 1.0 for a thumbnail, 2.0 for a page.
    ///
    /// # Errors
    /// [`Error::Scale`] when `scale` is not positive and finite, or asks for more than 25 million pixels;
    /// [`Error::Png`] when the encoder fails.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, Error> {
        let largest = self.largest_scale();
        if !(scale > 0.0 && scale <= largest) {
            return Err(Error::Scale { largest, found: scale });
        }
        // The backend smooths edges along rows only and not at all in rotated text: drawn at twice the size
        // and halved, both are smooth.
        let large = RasterBackend::new()
            .with_scale(2.0 * scale)
            .render_scene(&self.scene)
            .map_err(|reason| Error::Png { reason })?;
        halved(&large)
    }

    fn largest_scale(&self) -> f32 {
        (LARGEST_AREA / (self.width() * self.height())).sqrt() as f32
    }

    /// Writes `<stem>.svg` and `<stem>.png` (two pixels to a unit, fewer for a very large figure) into `dir`,
    /// made if it is missing.
    ///
    /// # Errors
    /// [`Error::Io`] with the path that could not be written; [`Error::Png`] when the encoder fails.
    pub fn save(&self, dir: impl AsRef<Path>, stem: &str) -> Result<Saved, Error> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
        let saved = Saved { svg: dir.join(format!("{stem}.svg")), png: dir.join(format!("{stem}.png")) };
        let write = |path: &Path, bytes: &[u8]| {
            fs::write(path, bytes).map_err(|source| Error::Io { path: path.into(), source })
        };
        write(&saved.svg, self.svg.as_bytes())?;
        write(&saved.png, &self.png(self.largest_scale().min(2.0))?)?;
        Ok(saved)
    }
}

/// The picture at half the size: each pixel the mean of four.
fn halved(large: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = |reason: String| Error::Png { reason };
    let mut reader =
        png::Decoder::new(std::io::Cursor::new(large)).read_info().map_err(|e| failed(e.to_string()))?;
    let size = reader.output_buffer_size().ok_or_else(|| failed("too large to decode".into()))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|e| failed(e.to_string()))?;
    let channels = info.color_type.samples();
    if info.bit_depth != png::BitDepth::Eight || channels < 3 {
        return Err(failed(format!("unexpected pixels: {:?}, {:?}", info.color_type, info.bit_depth)));
    }
    let (width, height) = ((info.width as usize / 2).max(1), (info.height as usize / 2).max(1));
    let mut out = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            for channel in 0..3 {
                let at = |dy: usize, dx: usize| {
                    let (y, x) = (
                        (2 * row + dy).min(info.height as usize - 1),
                        (2 * column + dx).min(info.width as usize - 1),
                    );
                    u16::from(pixels[y * info.line_size + x * channels + channel])
                };
                out.push(((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) / 4) as u8);
            }
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| failed(e.to_string()))?;
    writer.write_image_data(&out).map_err(|e| failed(e.to_string()))?;
    writer.finish().map_err(|e| failed(e.to_string()))?;
    Ok(bytes)
}
