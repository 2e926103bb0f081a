//! `Dim` and `Shape`: the length of an axis, a number or a name that the call's inputs bind.

use std::fmt;
use std::sync::Arc;

/// The length of one axis: a number, or a name whose number is read off the inputs at each call.
///
/// Two axes of the same name have the same length. Where an operation needs two named axes to be
/// equal, the names become one when the graph is built; where it needs a named axis to equal a
/// number, the name is bound to that number, and an input of another length is refused at the call.
/// A named axis never broadcasts, even when it is bound to 1: one program serves all lengths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dim {
    /// A length known when the expression is written.
    Fixed(usize),
    /// A length known when the plan is bound to its inputs.
    Named(Arc<str>),
}

impl Dim {
    /// The number, where it is known already.
    pub fn fixed(&self) -> Option<usize> {
        match self {
            Dim::Fixed(n) => Some(*n),
            Dim::Named(_) => None,
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Fixed(n) => write!(f, "{n}"),
            Dim::Named(name) => f.write_str(name),
        }
    }
}

impl From<usize> for Dim {
    fn from(n: usize) -> Self {
        Dim::Fixed(n)
    }
}

impl From<&str> for Dim {
    fn from(name: &str) -> Self {
        Dim::Named(name.into())
    }
}

impl From<String> for Dim {
    fn from(name: String) -> Self {
        Dim::Named(name.into())
    }
}

impl From<&Dim> for Dim {
    fn from(dim: &Dim) -> Self {
        dim.clone()
    }
}

/// The lengths of all axes, outermost first. The empty shape is that of a scalar.
///
/// It is made of an array, a vector or a slice of names or of numbers, of a tuple of both, or of `()`.
///
/// ```
/// use elbo_tensor_ad::Shape;
///
/// assert_eq!(Shape::from(("obs", 5)).to_string(), "[obs, 5]");
/// assert_eq!(Shape::from(["obs", "feature"]).to_string(), "[obs, feature]");
/// assert_eq!(Shape::from(()), Shape::scalar());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Shape(Vec<Dim>);

impl Shape {
    /// The empty shape, that of a scalar.
    pub fn scalar() -> Self {
        Self::default()
    }

    /// The axes, outermost first.
    pub fn dims(&self) -> &[Dim] {
        &self.0
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The number of elements, when no axis is named.
    pub fn fixed_len(&self) -> Option<usize> {
        self.0.iter().try_fold(1usize, |n, d| n.checked_mul(d.fixed()?))
    }

    /// The lengths, when no axis is named.
    pub fn fixed(&self) -> Option<Vec<usize>> {
        self.0.iter().map(Dim::fixed).collect()
    }

    /// The shape with axis `axis` taken out.
    pub(crate) fn without(&self, axes: &[usize]) -> Shape {
        Shape(self.0.iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, d)| d.clone()).collect())
    }

    /// The shape with axis `axis` replaced.
    pub(crate) fn with(&self, axis: usize, dim: Dim) -> Shape {
        let mut dims = self.0.clone();
        dims[axis] = dim;
        Shape(dims)
    }

    /// The shape with axis `axis` replaced by these.
    pub(crate) fn split(&self, axis: usize, lengths: [usize; 2]) -> Shape {
        let mut dims = self.0.clone();
        dims.splice(axis..=axis, lengths.map(Dim::Fixed));
        Shape(dims)
    }

    /// True when the two shapes have as many elements whatever the names are bound to: the same
    /// names and the same product of numbers.
    pub(crate) fn same_count(&self, other: &Shape) -> bool {
        let split = |s: &Shape| {
            let mut names: Vec<Dim> = s.0.iter().filter(|d| d.fixed().is_none()).cloned().collect();
            names.sort();
            // Saturating: shapes too large for any array are refused when sizes are bound.
            (names, s.0.iter().filter_map(Dim::fixed).fold(1usize, usize::saturating_mul))
        };
        split(self) == split(other)
    }

    /// The shape that both broadcast to (NumPy's rule, right-aligned, axes of 1 stretch), or `None`.
    ///
    /// Of two different names the left stays (the graph makes them one); of a name and a number
    /// other than 1 the number stays.
    pub(crate) fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let axis =
            |s: &Shape, i: usize| (i + s.rank()).checked_sub(rank).map_or(Dim::Fixed(1), |j| s.0[j].clone());
        (0..rank)
            .map(|i| match (axis(self, i), axis(other, i)) {
                (a, b) if a == b => Some(a),
                (Dim::Fixed(1), d) | (d, Dim::Fixed(1)) => Some(d),
                (Dim::Named(_), Dim::Fixed(n)) | (Dim::Fixed(n), Dim::Named(_)) => Some(Dim::Fixed(n)),
                (Dim::Named(a), Dim::Named(_)) => Some(Dim::Named(a)),
                (Dim::Fixed(_), Dim::Fixed(_)) => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Shape)
    }

    /// True when the two can be equal, axis for axis: the same number, or at least one of them a name.
    pub(crate) fn agrees(&self, other: &Shape) -> bool {
        self.rank() == other.rank()
            && self.0.iter().zip(&other.0).all(|(a, b)| a == b || a.fixed().is_none() || b.fixed().is_none())
    }

    /// True when this shape stretches to `target` without changing it. Where one axis is a name the
    /// graph makes the two equal.
    pub(crate) fn broadcasts_to(&self, target: &Shape) -> bool {
        self.rank() <= target.rank()
            && self
                .0
                .iter()
                .zip(&target.0[target.rank() - self.rank()..])
                .all(|(a, b)| a == b || *a == Dim::Fixed(1) || a.fixed().is_none() || b.fixed().is_none())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, d) in self.0.iter().enumerate() {
            write!(f, "{}{d}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str("]")
    }
}

impl<D: Into<Dim>, const N: usize> From<[D; N]> for Shape {
    fn from(dims: [D; N]) -> Self {
        Shape(dims.into_iter().map(Into::into).collect())
    }
}

/// No axes.
impl From<()> for Shape {
    fn from((): ()) -> Self {
        Shape::scalar()
    }
}

impl<A: Into<Dim>, B: Into<Dim>> From<(A, B)> for Shape {
    fn from((a, b): (A, B)) -> Self {
        Shape(vec![a.into(), b.into()])
    }
}

impl<A: Into<Dim>, B: Into<Dim>, C: Into<Dim>> From<(A, B, C)> for Shape {
    fn from((a, b, c): (A, B, C)) -> Self {
        Shape(vec![a.into(), b.into(), c.into()])
    }
}

impl<A: Into<Dim>, B: Into<Dim>, C: Into<Dim>, D: Into<Dim>> From<(A, B, C, D)> for Shape {
    fn from((a, b, c, d): (A, B, C, D)) -> Self {
        Shape(vec![a.into(), b.into(), c.into(), d.into()])
    }
}

impl<D: Into<Dim>> From<Vec<D>> for Shape {
    fn from(dims: Vec<D>) -> Self {
        Shape(dims.into_iter().map(Into::into).collect())
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape(dims.iter().map(|&n| Dim::Fixed(n)).collect())
    }
}

impl From<&[Dim]> for Shape {
    fn from(dims: &[Dim]) -> Self {
        Shape(dims.to_vec())
    }
}

impl FromIterator<Dim> for Shape {
    fn from_iter<I: IntoIterator<Item = Dim>>(dims: I) -> Self {
        Shape(dims.into_iter().collect())
    }
}
