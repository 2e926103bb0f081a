//! The words on a figure of classified points: title, axes, classes.

use crate::color::{self, Rgb};
use crate::legend::{Key, Sign};
use crate::{Error, check};

/// The words on a figure of classified points: its title, its two axes, and the names of the classes.
///
/// The defaults are no title, `x1` and `x2`, and `class 0`, `class 1`, ... as many as the labels ask for.
///
/// ```
/// let names = elbo_report::Names::new("Moons").axes("left-right", "up-down").classes(["upper", "lower"]);
/// assert_eq!(names.title(), "Moons");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    title: String,
    pub(crate) x: String,
    pub(crate) y: String,
    classes: Vec<String>,
}

impl Names {
    /// Words with this title; an empty one leaves its space to the picture.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), x: "x1".into(), y: "x2".into(), classes: Vec::new() }
    }

    /// The labels of the horizontal and the vertical axis.
    #[must_use]
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        self.x = x.into();
        self.y = y.into();
        self
    }

    /// The names of class 0, 1, ... A label at or above their number is then an [`Error::Label`].
    #[must_use]
    pub fn classes<S: Into<String>>(mut self, classes: impl IntoIterator<Item = S>) -> Self {
        self.classes = classes.into_iter().map(Into::into).collect();
        self
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The number of classes to expect: that of the names, or else one more than the largest label.
    pub(crate) fn class_count(&self, labels: &[&[f64]]) -> usize {
        if !self.classes.is_empty() {
            return self.classes.len();
        }
        // Beyond a hundred classes a label is far more likely a mistake (a regression target, an index).
        let largest =
            labels.iter().flat_map(|l| l.iter()).copied().filter(|l| *l < 100.0).fold(1.0, f64::max);
        largest as usize + 1
    }

    pub(crate) fn class(&self, index: usize) -> String {
        self.classes.get(index).cloned().unwrap_or_else(|| format!("class {index}"))
    }
}

/// Points with the class of each: checked, and grouped by class when drawn.
pub(crate) struct Classified<'a> {
    pub(crate) points: &'a [[f64; 2]],
    pub(crate) class: Vec<usize>,
    pub(crate) count: usize,
}

impl<'a> Classified<'a> {
    pub(crate) fn new(
        points: &'a [[f64; 2]],
        series: &str,
        labels: &[f64],
        count: usize,
    ) -> Result<Self, Error> {
        check::points("points", points)?;
        check::length(series, points.len(), labels.len())?;
        Ok(Self { points, class: check::classes(series, labels, count)?, count })
    }

    /// The points of one class.
    pub(crate) fn of(&self, class: usize) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.points.iter().zip(&self.class).filter(move |(_, c)| **c == class).map(|(p, _)| *p)
    }

    /// The colour and the legend's entry of each class.
    pub(crate) fn keys(&self, names: &Names) -> Vec<Key> {
        (0..self.count).map(|c| Key { label: names.class(c), sign: Sign::Dot(self.color(c)) }).collect()
    }

    pub(crate) fn color(&self, class: usize) -> Rgb {
        color::category(class)
    }
}
