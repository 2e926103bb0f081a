//! `Reduce`: the primitive reductions over axes.

/// Reductions over axes. Of no element at all the sum is 0, the product 1, the maximum minus infinity, the minimum infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reduce {
    /// The sum.
    Sum,
    /// The product.
    Prod,
    /// The largest element; NaN when one is NaN.
    Max,
    /// The smallest element; NaN when one is NaN.
    Min,
}

impl Reduce {
    /// The name in listings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Reduce::Sum => "sum",
            Reduce::Prod => "prod",
            Reduce::Max => "max",
            Reduce::Min => "min",
        }
    }
}
