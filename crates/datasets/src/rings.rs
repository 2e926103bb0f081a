//! Two moons and two circles: classes that no straight line parts.

use std::f64::consts::PI;

use elbo_tensor_ad::Array;
use rand::Rng;

use crate::source::{FromRng, Source, seeded};
use crate::{Dataset, Error};

/// Two interleaving half circles of `rows` points in the plane: `sklearn.datasets.make_moons(rows, ...)`.
///
/// With `t` evenly spaced from 0 to π, both ends included, class 0 (the upper moon, the first `rows / 2`
/// points) is `(cos t, sin t)` and class 1 (the lower moon) is `(1 - cos t, 1/2 - sin t)`. See [`Rings`] for
/// the settings.
///
/// ```
/// use elbo_datasets::make_moons;
///
/// let moons = make_moons(1000).noise(0.2).random_state(0).generate()?;
/// assert_eq!(moons.x.shape(), [1000, 2]);
/// assert!((moons.x.data()[0] - 2.086143994488623).abs() < 1e-15);
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
pub fn make_moons(rows: usize) -> Rings {
    Rings::new(Shape::Moons, rows)
}

/// A circle within a circle, `rows` points in the plane: `sklearn.datasets.make_circles(rows, ...)`.
///
/// With `t` evenly spaced from 0 to 2π, the end left out, class 0 (the outer circle, the first `rows / 2`
/// points) is `(cos t, sin t)` and class 1 (the inner circle) is `factor (cos t, sin t)`. See [`Rings`] for
/// the settings.
///
/// ```
/// use elbo_datasets::make_circles;
///
/// let circles = make_circles(200).factor(0.5).noise(0.05).random_state(0).generate()?;
/// assert_eq!(circles.classes(), [0.0, 1.0]);
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
pub fn make_circles(rows: usize) -> Rings {
    Rings::new(Shape::Circles, rows)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Moons,
    Circles,
}

/// Settings of [`make_moons`] and [`make_circles`].
///
/// | setting | range | default |
/// | --- | --- | --- |
/// | [`noise`](Self::noise): standard deviation of the normal noise on each coordinate | finite, at least 0 | none |
/// | [`shuffle`](Self::shuffle): rows in random order | | true |
/// | [`factor`](Self::factor): radius of the inner circle; the moons have no use for it | 0 to below 1 | 0.8 |
/// | [`counts`](Self::counts): points of class 0 and of class 1 | not both 0 | half each, the odd one to class 1 |
/// | [`random_state`](Self::random_state): seed of NumPy's stream | any `u32` | none: an error unless nothing is random |
///
/// With a seed the numbers are scikit-learn's: labels and order exactly, coordinates to an ulp or two
/// (absolute 4e-16 plus relative 1e-15), and bit for bit where this machine's `sin`, `cos` and `ln` round as
/// NumPy's do. Checked against scikit-learn 1.9.1.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Rings {
    shape: Shape,
    counts: [usize; 2],
    noise: Option<f64>,
    shuffle: bool,
    factor: f64,
    seed: Option<u32>,
}

impl Rings {
    fn new(shape: Shape, rows: usize) -> Self {
        Self {
            shape,
            counts: [rows / 2, rows - rows / 2],
            noise: None,
            shuffle: true,
            factor: 0.8,
            seed: None,
        }
    }

    /// Adds normal noise of this standard deviation to each coordinate.
    pub fn noise(mut self, sd: f64) -> Self {
        self.noise = Some(sd);
        self
    }

    /// Whether the rows come in random order; if not, class 0 comes first.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// The radius of the inner circle, the outer one having radius 1.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// The number of points of each class, in place of an even division (scikit-learn's `n_samples=(a, b)`).
    pub fn counts(mut self, class_0: usize, class_1: usize) -> Self {
        self.counts = [class_0, class_1];
        self
    }

    /// Uses NumPy's stream for this seed, and so gives scikit-learn's points.
    pub fn random_state(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    fn function(&self) -> &'static str {
        match self.shape {
            Shape::Moons => "make_moons",
            Shape::Circles => "make_circles",
        }
    }

    /// The points, with the stream of [`random_state`](Self::random_state).
    ///
    /// # Errors
    /// [`Error::Unseeded`] when there is noise or shuffling and no seed; [`Error::Setting`]; [`Error::Empty`]
    /// for no rows.
    pub fn generate(&self) -> Result<Dataset, Error> {
        let random = self.shuffle || self.noise.is_some();
        self.draw(&mut seeded(self.seed, random, self.function())?)
    }

    /// The points, with this generator in place of NumPy's stream; a seed that was set is not used.
    ///
    /// # Errors
    /// [`Error::Setting`]; [`Error::Empty`] for no rows.
    pub fn generate_with<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Dataset, Error> {
        self.draw(&mut FromRng(rng))
    }

    fn draw(&self, source: &mut impl Source) -> Result<Dataset, Error> {
        let function = self.function();
        if let Some(sd) = self.noise
            && !(sd >= 0.0 && sd.is_finite())
        {
            return Err(Error::Setting {
                function,
                name: "noise",
                expected: "finite and at least 0",
                value: sd,
            });
        }
        if !(0.0..1.0).contains(&self.factor) {
            let expected = "at least 0 and below 1";
            return Err(Error::Setting { function, name: "factor", expected, value: self.factor });
        }
        let [outer, inner] = self.counts;
        let n = outer + inner;
        if n == 0 {
            return Err(Error::Empty { what: "rows" });
        }

        let mut points: Vec<[f64; 2]> = Vec::with_capacity(n);
        match self.shape {
            Shape::Moons => {
                points.extend(closed(PI, outer).map(|t| [t.cos(), t.sin()]));
                points.extend(closed(PI, inner).map(|t| [1.0 - t.cos(), 1.0 - t.sin() - 0.5]));
            }
            Shape::Circles => {
                points.extend(half_open(2.0 * PI, outer).map(|t| [t.cos(), t.sin()]));
                points.extend(
                    half_open(2.0 * PI, inner).map(|t| [t.cos() * self.factor, t.sin() * self.factor]),
                );
            }
        }

        let mut order: Vec<usize> = (0..n).collect();
        if self.shuffle {
            source.shuffle(&mut order);
        }
        let mut x: Vec<f64> = order.iter().flat_map(|&i| points[i]).collect();
        if let Some(sd) = self.noise {
            x.iter_mut().for_each(|v| *v += source.normal(0.0, sd));
        }
        let y = order.iter().map(|&i| f64::from(u8::from(i >= outer))).collect();

        let (name, classes) = match self.shape {
            Shape::Moons => ("moons", ["upper moon", "lower moon"]),
            Shape::Circles => ("circles", ["outer circle", "inner circle"]),
        };
        Ok(Dataset::new(Array::new([n, 2], x)?, Array::vector(y))?
            .with_target_names(classes)?
            .with_name(name))
    }
}

/// `numpy.linspace(0, end, n)`: `i * step`, with the end itself set exactly.
fn closed(end: f64, n: usize) -> impl Iterator<Item = f64> {
    let step = end / (n.max(2) - 1) as f64;
    (0..n).map(move |i| if n > 1 && i == n - 1 { end } else { i as f64 * step })
}

/// `numpy.linspace(0, end, n, endpoint=False)`.
fn half_open(end: f64, n: usize) -> impl Iterator<Item = f64> {
    let step = end / n.max(1) as f64;
    (0..n).map(move |i| i as f64 * step)
}
