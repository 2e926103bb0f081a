//! Looking elements up by an index, and adding them up by one, as methods.

use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::Op;

/// The axes in the order `front`, then all others.
fn brought_forward(rank: usize, front: &[usize]) -> Vec<usize> {
    front.iter().copied().chain((0..rank).filter(|a| !front.contains(a))).collect()
}

impl Expr {
    /// Rows of this table: `self[index]` along axis 0, shape `index.shape ++ self.shape[1..]`.
    ///
    /// Indices are whole numbers from 0 on in the expression's number type (so that `f32` counts to 2²⁴). One that is negative, not
    /// whole, or not below the length of the axis is [refused](crate::Error::LookUp) when the plan runs. No gradient flows into an index.
    #[track_caller]
    #[must_use]
    pub fn take(&self, index: &Expr) -> Expr {
        Expr::node(Op::Take { batch: 0 }, vec![self.clone(), index.clone()])
    }

    /// Elements along any axis, which the axes of the index replace (NumPy's `take`): shape
    /// `self.shape[..axis] ++ index.shape ++ self.shape[axis + 1..]`. Indices as in [`take`](Self::take).
    #[track_caller]
    #[must_use]
    pub fn take_axis(&self, axis: usize, index: &Expr) -> Expr {
        if let Some(refused) = self.refused("take", &[axis]) {
            return refused;
        }
        if axis == 0 {
            return self.take(index);
        }
        let found = self.permute(&brought_forward(self.rank(), &[axis])).take(index);
        // The axes before are now behind those of the index.
        let d = index.rank();
        let order: Vec<usize> = (d..d + axis).chain(0..d).chain(d + axis..found.rank()).collect();
        if found.check().is_err() { found } else { found.permute(&order) }
    }

    /// One element along an axis for each element of the index (NumPy's `take_along_axis`): `result[.., i, ..] =
    /// self[.., index[.., i, ..], ..]`. The index has as many axes as this; those other than `axis` are stretched to one another. Indices as in [`take`](Self::take).
    ///
    /// ```
    /// use elbo_tensor_ad::{Array, Expr, reference};
    ///
    /// // The log probability of each row's class.
    /// let (scores, class) = (Expr::input("scores", ("n", 3)), Expr::input("class", ["n"]));
    /// let chosen = scores.log_softmax(1).gather(1, &class.expand(1)).squeeze(&[1]);
    /// let data = Array::new([2, 3], vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
    /// let found = reference::evaluate(&[chosen], &[("scores", &data), ("class", &Array::vector(vec![2.0, 0.0]))])?;
    /// assert!((found[0].data()[1] + 3f64.ln()).abs() < 1e-15);
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    #[track_caller]
    #[must_use]
    pub fn gather(&self, axis: usize, index: &Expr) -> Expr {
        match self.along_with(axis, index, "gather") {
            Ok([table, index]) => {
                let found = Expr::node(Op::Take { batch: self.rank() - 1 }, vec![table, index]);
                found.last_axis_to(axis)
            }
            Err(faulty) => faulty,
        }
    }

    /// The transpose of [`take_axis`](Self::take_axis): these updates, whose axes from `axis` on are those of the index,
    /// added up into zeros of `length` along `axis`: `result[.., index[i..], ..] += self[.., i.., ..]`, sums where an index repeats.
    #[track_caller]
    #[must_use]
    pub fn scatter_add(&self, axis: usize, index: &Expr, length: impl Into<Dim>) -> Expr {
        if let Some(bad) = [self, index].into_iter().find(|e| e.check().is_err()) {
            return bad.clone();
        }
        // A single place stands between axes, or behind the last; further on there is none.
        let count = if axis > self.rank() { index.rank().max(1) } else { index.rank() };
        let indexed: Vec<usize> = (0..count).map(|i| axis.saturating_add(i)).collect();
        if let Some(refused) = self.refused("scatter_add", &indexed) {
            return refused;
        }
        let updates = self.permute(&brought_forward(self.rank(), &indexed));
        let op = Op::ScatterAdd { length: length.into(), batch: 0 };
        let sums = Expr::node(op, vec![index.clone(), updates]);
        let order: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..sums.rank()).collect();
        if sums.check().is_err() || axis == 0 { sums } else { sums.permute(&order) }
    }

    /// The transpose of [`gather`](Self::gather): these updates added up into zeros of `length` along `axis`:
    /// `result[.., index[.., i, ..], ..] += self[.., i, ..]`, sums where an index repeats.
    #[track_caller]
    #[must_use]
    pub fn scatter_along(&self, axis: usize, index: &Expr, length: impl Into<Dim>) -> Expr {
        if self.check().is_ok() && index.check().is_ok() && self.rank() == index.rank() {
            let Some(shape) = self.shape().broadcast(index.shape()) else {
                return Expr::node(
                    Op::ScatterAdd { length: length.into(), batch: 0 },
                    vec![index.clone(), self.clone()],
                );
            };
            let (updates, index) = (self.broadcast_to(&shape), index.broadcast_to(&shape));
            return match updates.along_with(axis, &index, "scatter_add") {
                Ok([updates, index]) => {
                    let op = Op::ScatterAdd { length: length.into(), batch: self.rank() - 1 };
                    Expr::node(op, vec![index, updates]).last_axis_to(axis)
                }
                Err(faulty) => faulty,
            };
        }
        match self.along_with(axis, index, "scatter_add") {
            Ok([updates, _]) => updates,
            Err(faulty) => faulty,
        }
    }

    /// 1 at `index`, 0 elsewhere, along a new last axis of `classes`.
    #[track_caller]
    #[must_use]
    pub fn one_hot(&self, classes: impl Into<Dim>) -> Expr {
        self.expand(self.rank()).equal(Expr::iota(classes))
    }

    /// This and an index, both with `axis` last and the others stretched to one another.
    #[track_caller]
    fn along_with(&self, axis: usize, index: &Expr, op: &'static str) -> Result<[Expr; 2], Expr> {
        let at = std::panic::Location::caller();
        if let Some(refused) = self.refused(op, &[axis]) {
            return Err(refused);
        }
        index.check().map_err(|_| index.clone())?;
        let found = || vec![self.shape().clone(), index.shape().clone()];
        if index.rank() != self.rank() {
            let reason = crate::error::Reason::Rank { expected: self.rank(), found: index.rank() };
            return Err(Expr::faulty_labelled(op, reason, found(), self.nearest_label(at), at));
        }
        let others = |e: &Expr| e.shape().without(&[axis]);
        let Some(shared) = others(self).broadcast(&others(index)) else {
            let reason = crate::error::Reason::Broadcast;
            return Err(Expr::faulty_labelled(op, reason, found(), self.nearest_label(at), at));
        };
        let mut order: Vec<usize> = (0..self.rank()).filter(|&a| a != axis).collect();
        order.push(axis);
        let moved = |e: &Expr| -> Expr {
            let target: Shape = shared.dims().iter().cloned().chain([e.dim(axis)]).collect();
            Expr::node_at(Op::Permute(order.clone()), vec![e.clone()], at).broadcast_to(target)
        };
        Ok([moved(self), moved(index)])
    }

    /// The last axis moved to this place.
    #[track_caller]
    fn last_axis_to(&self, axis: usize) -> Expr {
        if self.check().is_err() {
            return self.clone();
        }
        let last = self.rank() - 1;
        let order: Vec<usize> = (0..axis).chain([last]).chain(axis..last).collect();
        self.permute(&order)
    }
}
