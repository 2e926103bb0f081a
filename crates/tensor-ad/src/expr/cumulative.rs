//! Running sums, products and recurrences along an axis as methods.

use std::panic::Location;

use crate::Expr;
use crate::op::Op;

/// Forward from the first step, and from the last backwards.
macro_rules! both_ways {
    ($($(#[$doc:meta])* $name:ident, $reversed:ident: $f:ident, $op:literal;)*) => {
        impl Expr {
            $(
                $(#[$doc])*
                #[track_caller]
                #[must_use]
                pub fn $name(&self, axis: usize) -> Expr {
                    let at = Location::caller();
                    self.refused($op, &[axis]).unwrap_or_else(|| self.$f(axis, false, at))
                }

                #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), "), from the last element to the first.")]
                #[track_caller]
                #[must_use]
                pub fn $reversed(&self, axis: usize) -> Expr {
                    let at = Location::caller();
                    self.refused($op, &[axis]).unwrap_or_else(|| self.$f(axis, true, at))
                }
            )*
        }
    };
}

both_ways! {
    /// `yₜ = Σ_{s ≤ t} xₛ` along one axis, added one after another.
    cumsum, cumsum_reversed: running_sum, "cumsum";
    /// `yₜ = Π_{s ≤ t} xₛ` along one axis. The gradient multiplies and never divides: zeros do no harm.
    cumprod, cumprod_reversed: running_product, "cumprod";
    /// `yₜ = ln Σ_{s ≤ t} e^{xₛ}` along one axis, without overflow. Minus infinity, with gradient 0, where all terms so far are.
    logcumsumexp, logcumsumexp_reversed: running_log_sum, "logcumsumexp";
}

impl Expr {
    /// The linear recurrence `yₜ = aₜ yₜ₋₁ + bₜ` along one axis, where this is `b` and `y` is 0 before the first step; the two
    /// are stretched to one shape. `a₀` has no influence, but that it gives NaN where it is not finite.
    ///
    /// Its gradient is such a recurrence in the other direction: neither keeps more than the result.
    #[track_caller]
    #[must_use]
    pub fn recurrence(&self, a: impl Into<Expr>, axis: usize) -> Expr {
        self.linear(a.into(), axis, false, Location::caller())
    }

    /// As [`recurrence`](Self::recurrence), from the last step to the first: `yₜ = aₜ yₜ₊₁ + bₜ`.
    #[track_caller]
    #[must_use]
    pub fn recurrence_reversed(&self, a: impl Into<Expr>, axis: usize) -> Expr {
        self.linear(a.into(), axis, true, Location::caller())
    }

    fn linear(&self, a: Expr, axis: usize, reverse: bool, at: &'static Location<'static>) -> Expr {
        match Expr::stretched(&[&a, self], at, "recurrence") {
            Ok(args) => {
                let states = Expr::node_at(Op::Recurrence { axis, reverse }, args.clone(), at);
                if states.check().is_err() { states } else { &args[0] * states + &args[1] }
            }
            Err(faulty) => faulty,
        }
    }

    /// The state before each step of a recurrence over this as `b`.
    pub(crate) fn recurrence_states(
        &self,
        a: &Expr,
        axis: usize,
        reverse: bool,
        at: &'static Location<'static>,
    ) -> Expr {
        Expr::node_at(Op::Recurrence { axis, reverse }, vec![a.broadcast_to(self.shape()), self.clone()], at)
    }

    fn running_sum(&self, axis: usize, reverse: bool, at: &'static Location<'static>) -> Expr {
        self + self.recurrence_states(&Expr::constant(1.0), axis, reverse, at)
    }

    fn running_product(&self, axis: usize, reverse: bool, at: &'static Location<'static>) -> Expr {
        self * self.products_before(axis, reverse, at)
    }

    fn running_log_sum(&self, axis: usize, reverse: bool, at: &'static Location<'static>) -> Expr {
        Expr::node_at(Op::LogCumSumExp { axis, reverse }, vec![self.clone()], at)
    }

    /// `Π_{s < t} xₛ`, 1 at the first step.
    pub(crate) fn products_before(&self, axis: usize, reverse: bool, at: &'static Location<'static>) -> Expr {
        let last = if reverse { Expr::size(self.dim(axis)) - 1.0 } else { Expr::constant(0.0) };
        let first = self.positions_along(axis).equal(last);
        let start = first.select(self, 0.0);
        first.select(1.0, start.recurrence_states(self, axis, reverse, at))
    }

    /// The element before each along an axis (after it, when `reverse`); at the first, that one itself.
    pub(crate) fn neighbour_before(&self, axis: usize, reverse: bool) -> Expr {
        match self.dim(axis).fixed() {
            Some(0 | 1) => self.clone(),
            Some(n) if reverse => {
                Expr::concat(&[self.slice(axis, 1, n - 1), self.slice(axis, n - 1, 1)], axis)
            }
            Some(n) => Expr::concat(&[self.slice(axis, 0, 1), self.slice(axis, 0, n - 1)], axis),
            None => {
                let position = Expr::iota(self.dim(axis));
                let index = if reverse {
                    (position + 1.0).min(Expr::size(self.dim(axis)) - 1.0)
                } else {
                    (position - 1.0).max(0.0)
                };
                self.take_axis(axis, &index)
            }
        }
    }
}
