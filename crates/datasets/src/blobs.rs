//! Round clouds of normal points, one a class.

use elbo_tensor_ad::Array;
use rand::Rng;

use crate::dataset::check_table;
use crate::source::{FromRng, Source, seeded};
use crate::{Dataset, Error};

const FUNCTION: &str = "make_blobs";

/// Isotropic normal clouds of `rows` points in all: `sklearn.datasets.make_blobs(rows, ...)`.
///
/// Row `i` of class `k` is normal with mean `centre_k` and standard deviation `sd_k` in every coordinate. See
/// [`Blobs`] for the settings.
///
/// ```
/// use elbo_datasets::make_blobs;
///
/// let blobs = make_blobs(90).centers(3).features(4).random_state(1).generate()?;
/// assert_eq!(blobs.x.shape(), [90, 4]);
/// assert_eq!(blobs.target_names, ["blob 0", "blob 1", "blob 2"]);
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
pub fn make_blobs(rows: usize) -> Blobs {
    Blobs {
        rows,
        counts: None,
        features: 2,
        centers: Centers::Random(3),
        box_: [-10.0, 10.0],
        sd: Spread::One(1.0),
        shuffle: true,
        seed: None,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Centers {
    Random(usize),
    At(Array<f64>),
}

#[derive(Debug, Clone, PartialEq)]
enum Spread {
    One(f64),
    Each(Vec<f64>),
}

/// Settings of [`make_blobs`].
///
/// | setting | range | default |
/// | --- | --- | --- |
/// | [`centers`](Self::centers): how many, placed at random | at least 1 | 3 |
/// | [`centers_at`](Self::centers_at): where, `[centres, features]` | finite | at random |
/// | [`features`](Self::features): columns; fixed centres bring their own | at least 1 | 2 |
/// | [`center_box`](Self::center_box): random centres are uniform in this range, each coordinate | finite, low ≤ high | -10 to 10 |
/// | [`cluster_sd`](Self::cluster_sd), [`cluster_sds`](Self::cluster_sds): standard deviation, of all or of each | finite, at least 0 | 1 |
/// | [`counts`](Self::counts): points of each class | one a centre, not all 0 | even, the first classes take the rest |
/// | [`shuffle`](Self::shuffle): rows in random order | | true |
/// | [`random_state`](Self::random_state): seed of NumPy's stream | any `u32` | none, which is an error |
///
/// With a seed the numbers are scikit-learn's: labels and order exactly, coordinates to 2 ulp of the normal
/// draw, and bit for bit where this machine's `ln` rounds as NumPy's does. Checked against scikit-learn
/// 1.9.1.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Blobs {
    rows: usize,
    counts: Option<Vec<usize>>,
    features: usize,
    centers: Centers,
    box_: [f64; 2],
    sd: Spread,
    shuffle: bool,
    seed: Option<u32>,
}

impl Blobs {
    /// This many centres, placed at random in the box.
    pub fn centers(mut self, centers: usize) -> Self {
        self.centers = Centers::Random(centers);
        self
    }

    /// Centres at the rows of this array, `[centres, features]`.
    pub fn centers_at(mut self, centers: Array<f64>) -> Self {
        self.centers = Centers::At(centers);
        self
    }

    /// The number of columns, when the centres are placed at random.
    pub fn features(mut self, features: usize) -> Self {
        self.features = features;
        self
    }

    /// The range of each coordinate of a random centre.
    pub fn center_box(mut self, low: f64, high: f64) -> Self {
        self.box_ = [low, high];
        self
    }

    /// The standard deviation of every cloud (scikit-learn's `cluster_std`).
    pub fn cluster_sd(mut self, sd: f64) -> Self {
        self.sd = Spread::One(sd);
        self
    }

    /// The standard deviation of each cloud.
    pub fn cluster_sds(mut self, sds: impl Into<Vec<f64>>) -> Self {
        self.sd = Spread::Each(sds.into());
        self
    }

    /// The number of points of each class, in place of an even division of the rows.
    pub fn counts(mut self, counts: impl Into<Vec<usize>>) -> Self {
        self.counts = Some(counts.into());
        self
    }

    /// Whether the rows come in random order; if not, class 0 comes first.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Uses NumPy's stream for this seed, and so gives scikit-learn's points.
    pub fn random_state(mut self, seed: u32) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The points, with the stream of [`random_state`](Self::random_state).
    ///
    /// # Errors
    /// [`Error::Unseeded`] without a seed; [`Error::Setting`]; [`Error::Length`] when counts or deviations
    /// are not one a centre; [`Error::Empty`] for no rows; [`Error::Rank`] or [`Error::NotFinite`] for the
    /// centres.
    pub fn generate(&self) -> Result<Dataset, Error> {
        self.draw(&mut seeded(self.seed, true, FUNCTION)?)
    }

    /// The points, with this generator in place of NumPy's stream; a seed that was set is not used.
    ///
    /// # Errors
    /// Those of [`generate`](Self::generate), but for the missing seed.
    pub fn generate_with<R: Rng + ?Sized>(&self, rng: &mut R) -> Result<Dataset, Error> {
        self.draw(&mut FromRng(rng))
    }

    fn draw(&self, source: &mut impl Source) -> Result<Dataset, Error> {
        let setting =
            |name, expected, value| Err(Error::Setting { function: FUNCTION, name, expected, value });
        let [low, high] = self.box_;
        if !((high - low).is_finite() && low <= high) {
            return setting("center_box", "a finite range, low to high", high - low);
        }
        // Checked before anything is drawn, so that a bad setting leaves the caller's generator where it was.
        let (k, d) = match &self.centers {
            Centers::Random(k) => (*k, self.features),
            Centers::At(at) => {
                check_table("centers", at)?;
                (at.rows(), at.row_len())
            }
        };
        if k == 0 {
            return setting("centers", "at least 1", 0.0);
        }
        if d == 0 {
            return setting("features", "at least 1", 0.0);
        }
        let sds = match &self.sd {
            Spread::One(sd) => vec![*sd; k],
            Spread::Each(sds) => sds.clone(),
        };
        if sds.len() != k {
            return Err(Error::Length { what: "cluster standard deviations", expected: k, found: sds.len() });
        }
        if let Some(&sd) = sds.iter().find(|sd| !(sd.is_finite() && **sd >= 0.0)) {
            return setting("cluster_sd", "finite and at least 0", sd);
        }
        let counts = match &self.counts {
            Some(counts) => counts.clone(),
            None => (0..k).map(|i| self.rows / k + usize::from(i < self.rows % k)).collect(),
        };
        if counts.len() != k {
            return Err(Error::Length { what: "counts", expected: k, found: counts.len() });
        }
        let n: usize = counts.iter().sum();
        if n == 0 {
            return Err(Error::Empty { what: "rows" });
        }

        let centers = match &self.centers {
            Centers::Random(_) => {
                Array::new([k, d], (0..k * d).map(|_| source.uniform(low, high)).collect())?
            }
            Centers::At(at) => at.clone(),
        };
        let mut x = Vec::with_capacity(n * d);
        let mut y = Vec::with_capacity(n);
        for (class, (&count, &sd)) in counts.iter().zip(&sds).enumerate() {
            let center = centers.row(class)?;
            for _ in 0..count {
                x.extend(center.iter().map(|&c| source.normal(c, sd)));
                y.push(class as f64);
            }
        }
        let names = (0..k).map(|class| format!("blob {class}"));
        let data = Dataset::new(Array::new([n, d], x)?, Array::vector(y))?
            .with_target_names(names)?
            .with_name("blobs");
        if self.shuffle { data.rows(&source.permutation(n)) } else { Ok(data) }
    }
}
