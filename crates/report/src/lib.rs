//! Figures of a fit (SVG and PNG) and a one-page HTML report, with no system dependency.
//!
//! You want this crate if you have classified points, the ELBO of a run, probabilities on a grid or posterior
//! draws, and want to look at them: without Python, a display, a font, or a JavaScript engine. It knows nothing
//! of models and fits; slices of numbers go in, and only [`traces`] asks for a type of another crate
//! ([`elbo_posterior::Draws`]). For plots of your own making take a plotting crate.
//!
//! ```
//! use elbo_report::{Names, Page, Run, elbo_history, scatter};
//!
//! let points = [[0.0, 1.0], [1.0, 0.5], [0.2, 0.8], [0.9, 0.1]];
//! let data = scatter(&points, &[0.0, 1.0, 0.0, 1.0], &Names::new("Training data"))?;
//! let values: Vec<f64> = (1..=500).map(|step| -110.0 - 900.0 / f64::from(step)).collect();
//! let elbo = elbo_history(&[Run { name: "full batch", values: &values, every: 1 }], "ELBO")?;
//! let page = Page::new("A fit").figure(&data, "Four rows.").figure(&elbo, "Five hundred steps.");
//!
//! let out = std::env::temp_dir().join("elbo-report-example");
//! data.save(&out, "data")?; // data.svg and data.png
//! page.save(out.join("index.html"))?;
//! # std::fs::remove_dir_all(out).map_err(|e| e.to_string())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The figures
//!
//! * [`scatter`]: points by class; [`predictions`]: points by predicted class, the wrong ones crossed out. Title,
//!   axes and class names are [`Names`].
//! * [`elbo_history`]: the ELBO of each [`Run`], raw and smoothed.
//! * [`surface`]: P(y = 1), or its standard deviation over the draws, on a grid ([`Surface`], [`SurfaceKind`]) as
//!   filled contours with a colour bar, and points on top.
//! * [`calibration`]: predicted against observed frequency.
//! * [`traces`]: marginal densities and traces of posterior draws, as ArviZ draws them.
//!
//! Each gives a [`Figure`]: SVG text, PNG bytes, or both as files. The same input gives the same bytes.
//! [`Page`] gathers figures, tables and text on one HTML page that loads nothing.
//!
//! # Sizes
//!
//! A figure is 40 to 350 kB of SVG and up to 1 MB of PNG: long lines keep the extremes of a few hundred columns,
//! and a contour band is one outline.
//!
//! # Limits
//!
//! Input that cannot be drawn is an [`Error`] that names the series and the index: NaN, infinities, coordinates
//! beyond ±1e100, lengths that differ, labels that are no class. Differences below 1e-12, or below a millionth of
//! the coordinates themselves, are too small to see and are drawn as none.

mod axis;
mod calibration;
mod check;
mod color;
mod contour;
mod density;
mod error;
mod figure;
mod history;
mod legend;
mod marks;
mod names;
mod page;
mod panel;
mod reduce;
mod scatter;
mod surface;
mod traces;

pub use calibration::calibration;
pub use error::Error;
pub use figure::{Figure, Saved};
pub use history::{Run, elbo_history};
pub use names::Names;
pub use page::Page;
pub use scatter::{predictions, scatter};
pub use surface::{Surface, SurfaceKind, surface};
pub use traces::traces;
