//! Figures of points by class: the data, and the predicted labels.

use crate::axis::Axis;
use crate::legend::{Key, Sign};
use crate::marks::INK;
use crate::names::{Classified, Names};
use crate::panel::{Frame, Panel};
use crate::{Error, Figure, check};

const WHITE: (u8, u8, u8) = (255, 255, 255);

/// The data: one disc a row, coloured by its class.
///
/// `labels[i]` is the class of `points[i]`: 0, 1, 2, ... as numbers.
///
/// # Errors
/// [`Error::Empty`] without points; [`Error::Length`] when labels and points differ in number;
/// [`Error::NotFinite`], [`Error::OutOfRange`] for a coordinate that cannot be drawn; [`Error::Label`] for a
/// label that is no class.
///
/// ```
/// use elbo_report::{Names, scatter};
///
/// let figure = scatter(&[[0.0, 1.0], [1.0, 0.0]], &[0.0, 1.0], &Names::new("Data"))?;
/// assert!(figure.svg().contains("class 1"));
/// # Ok::<(), elbo_report::Error>(())
/// ```
pub fn scatter(points: &[[f64; 2]], labels: &[f64], names: &Names) -> Result<Figure, Error> {
    check::not_empty("points", points)?;
    let data = Classified::new(points, "labels", labels, names.class_count(&[labels]))?;
    let mut panel = Panel::new(frame(&data, names, data.keys(names)));
    discs(&mut panel, &data);
    let (title, scene) = panel.finish();
    Ok(Figure::new(&title, scene))
}

/// The predictions: one disc a row, coloured by its *predicted* class, with a cross on each that is wrong.
///
/// `truth[i]` and `predicted[i]` are the classes of `points[i]`. The legend counts the wrong ones.
///
/// # Errors
/// As [`scatter`], for either series of labels.
pub fn predictions(
    points: &[[f64; 2]],
    truth: &[f64],
    predicted: &[f64],
    names: &Names,
) -> Result<Figure, Error> {
    check::not_empty("points", points)?;
    let count = names.class_count(&[truth, predicted]);
    let truth = Classified::new(points, "truth", truth, count)?;
    let guess = Classified::new(points, "predicted", predicted, count)?;
    let wrong: Vec<[f64; 2]> =
        (0..points.len()).filter(|&i| truth.class[i] != guess.class[i]).map(|i| points[i]).collect();
    let mut keys = guess.keys(names);
    for key in &mut keys {
        key.label.insert_str(0, "predicted ");
    }
    keys.push(Key {
        label: format!("misclassified ({} of {})", wrong.len(), points.len()),
        sign: Sign::Cross(INK),
    });
    let mut panel = Panel::new(frame(&guess, names, keys));
    discs(&mut panel, &guess);
    panel.crosses(wrong, 4.0, INK);
    let (title, scene) = panel.finish();
    Ok(Figure::new(&title, scene))
}

fn frame<'a>(data: &Classified<'_>, names: &'a Names, legend: Vec<Key>) -> Frame<'a> {
    Frame {
        title: names.title(),
        x_label: &names.x,
        y_label: &names.y,
        x: Axis::around(data.points.iter().map(|p| p[0]), 7),
        y: Axis::around(data.points.iter().map(|p| p[1]), 6),
        legend,
        ..Frame::default()
    }
}

fn discs(panel: &mut Panel, data: &Classified<'_>) {
    for class in 0..data.count {
        panel.discs(data.of(class), 4.2, data.color(class), WHITE);
    }
}
