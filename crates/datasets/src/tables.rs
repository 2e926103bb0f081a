//! Four classification tables that come with the crate.

use crate::{Csv, Dataset, Error};

/// The names that [`load`] knows.
pub const TABLES: &[&str] = &["iris", "wine", "breast_cancer", "digits"];

/// One of the tables of scikit-learn by name, with its rows in scikit-learn's order.
///
/// | name | rows × features | classes |
/// | --- | --- | --- |
/// | `iris` | 150 × 4, cm | setosa, versicolor, virginica |
/// | `wine` | 178 × 13 | class_0, class_1, class_2 |
/// | `breast_cancer` | 569 × 30 | malignant, benign |
/// | `digits` | 1797 × 64: the pixels of an 8 × 8 image, 0 to 16 | 0 to 9 |
///
/// Compiled into the crate (0.4 MB), from scikit-learn 1.9.1; `data/README.md` names who collected them.
///
/// ```
/// let iris = elbo_datasets::load("iris")?;
/// assert_eq!(iris.x.shape(), [150, 4]);
/// assert_eq!(iris.feature_names[2], "petal_length");
/// # Ok::<(), elbo_datasets::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownTable`] for any other name.
pub fn load(name: &str) -> Result<Dataset, Error> {
    let (text, classes): (&str, &[&str]) = match name {
        "iris" => (include_str!("../data/iris.csv"), &["setosa", "versicolor", "virginica"]),
        "wine" => (include_str!("../data/wine.csv"), &["class_0", "class_1", "class_2"]),
        "breast_cancer" => (include_str!("../data/breast_cancer.csv"), &["malignant", "benign"]),
        "digits" => (include_str!("../data/digits.csv"), &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        _ => return Err(Error::UnknownTable { name: name.to_owned(), known: TABLES }),
    };
    Csv::new().parse(text.as_bytes())?.with_name(name).with_target_names(classes.iter().copied())
}
