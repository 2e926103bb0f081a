//! [`Array`] for serde: a record of `shape` and `data`, checked when it is read.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Array, Real};

#[derive(Serialize)]
#[serde(rename = "Array")]
struct Written<'a, T> {
    shape: &'a [usize],
    data: &'a [T],
}

#[derive(Deserialize)]
#[serde(rename = "Array")]
struct Read<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

/// `{ shape, data }`, the data row-major. Formats without infinities and NaN (JSON) refuse or change these.
impl<T: Real + Serialize> Serialize for Array<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { shape: self.shape(), data: self.data() }.serialize(serializer)
    }
}

/// Refuses a shape that does not hold as many numbers as there are.
impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Array<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { shape, data } = Read::deserialize(deserializer)?;
        Array::new(shape, data).map_err(D::Error::custom)
    }
}
