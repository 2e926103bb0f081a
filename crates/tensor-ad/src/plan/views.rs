//! Where a value lies: a strided view of a whole array, or columns over the streamed axis.

use super::instr::{Ref, Space};

/// The order in which the elements of an input lie in its slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// The last axis varies fastest, as in [`Array`](crate::Array).
    #[default]
    RowMajor,
    /// The first axis varies fastest, the others row-major: each column contiguous. Plans that
    /// stream over the first axis read such an input without copying.
    Columns,
}

impl Layout {
    /// The distance between neighbours along each axis.
    pub(super) fn strides(self, shape: &[usize]) -> Vec<usize> {
        match (self, shape.split_first()) {
            (Layout::Columns, Some((&rows, rest))) => {
                let mut strides = row_major(rest);
                strides.iter_mut().for_each(|s| *s *= rows);
                strides.insert(0, 1);
                strides
            }
            _ => row_major(shape),
        }
    }
}

/// Row-major strides.
pub(super) fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i] * shape[i];
    }
    strides
}

/// A whole array: every element at `at + Σ indexᵢ strideᵢ`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) at: Ref,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

impl View {
    pub(super) fn contiguous(at: Ref, shape: &[usize]) -> View {
        View { at, shape: shape.to_vec(), strides: row_major(shape) }
    }

    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True when the elements lie row-major without gaps.
    pub(super) fn is_contiguous(&self) -> bool {
        let natural = row_major(&self.shape);
        self.shape.iter().zip(self.strides.iter().zip(&natural)).all(|(&n, (&s, &t))| n == 1 || s == t)
            || self.len() == 0
    }

    /// The offset of every element from `at`, row-major.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let mut offsets = vec![0];
        for (&n, &stride) in self.shape.iter().zip(&self.strides) {
            offsets = offsets.iter().flat_map(|&o| (0..n).map(move |i| o + i * stride)).collect();
        }
        offsets
    }

    /// The view stretched to `target` (right-aligned).
    pub(super) fn stretched(&self, target: &[usize]) -> View {
        let skip = target.len() - self.shape.len();
        let strides = (0..target.len())
            .map(|i| if i < skip || self.shape[i - skip] == 1 { 0 } else { self.strides[i - skip] })
            .collect();
        View { at: self.at, shape: target.to_vec(), strides }
    }

    /// The view under another shape, if that needs no copy.
    pub(super) fn reshaped(&self, shape: &[usize]) -> Option<View> {
        if self.is_contiguous() {
            return Some(View::contiguous(self.at, shape));
        }
        // Only axes of length 1 come or go.
        let kept = |s: &[usize]| s.iter().copied().filter(|&n| n != 1).collect::<Vec<_>>();
        if kept(&self.shape) != kept(shape) {
            return None;
        }
        let mut strides = self.shape.iter().zip(&self.strides).filter(|&(&n, _)| n != 1).map(|(_, &s)| s);
        let strides = shape.iter().map(|&n| if n == 1 { 0 } else { strides.next().unwrap_or(0) }).collect();
        Some(View { at: self.at, shape: shape.to_vec(), strides })
    }

    pub(super) fn permuted(&self, order: &[usize]) -> View {
        View {
            at: self.at,
            shape: order.iter().map(|&a| self.shape[a]).collect(),
            strides: order.iter().map(|&a| self.strides[a]).collect(),
        }
    }

    pub(super) fn sliced(&self, axis: usize, start: usize, length: usize, step: usize) -> View {
        let mut view = View { at: self.at.plus(start * self.strides[axis]), ..self.clone() };
        view.shape[axis] = length;
        view.strides[axis] = advance(view.strides[axis], step, length);
        view
    }

    /// What a window sees as it moves along an axis: `count` windows of `size` elements.
    pub(super) fn windowed(
        &self,
        axis: usize,
        [count, size]: [usize; 2],
        stride: usize,
        dilation: usize,
    ) -> View {
        let mut view = self.clone();
        let step = view.strides[axis];
        view.shape.splice(axis..=axis, [count, size]);
        view.strides.splice(axis..=axis, [advance(step, stride, count), advance(step, dilation, size)]);
        view
    }

    /// The offset of every element from `at`, row-major in the order in which one axis is walked backwards.
    pub(super) fn reversed_offsets(&self, axis: usize) -> Vec<usize> {
        let (n, inner): (usize, usize) = (self.shape[axis], self.shape[axis + 1..].iter().product());
        let offsets = self.offsets();
        (0..offsets.len())
            .map(|p| {
                let i = p / inner % n;
                offsets[p - i * inner + (n - 1 - i) * inner]
            })
            .collect()
    }
}

/// Views of one shape with as few axes as walk the same elements in the same order: axes of length 1 go, and
/// neighbours are joined where every view walks on evenly from one to the next.
pub(super) fn joined(views: &[View]) -> Vec<View> {
    let shape = &views[0].shape;
    let mut axes: Vec<(usize, Vec<usize>)> = Vec::new();
    for axis in (0..shape.len()).filter(|&a| shape[a] != 1) {
        let strides: Vec<usize> = views.iter().map(|v| v.strides[axis]).collect();
        match axes.last_mut() {
            Some((n, outer)) if outer.iter().zip(&strides).all(|(&o, &s)| o == s * shape[axis]) => {
                *n *= shape[axis];
                *outer = strides;
            }
            _ => axes.push((shape[axis], strides)),
        }
    }
    let view = |k: usize| View {
        at: views[k].at,
        shape: axes.iter().map(|(n, _)| *n).collect(),
        strides: axes.iter().map(|(_, s)| s[k]).collect(),
    };
    (0..views.len()).map(view).collect()
}

/// One column over the rows of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    /// One element a row, contiguous.
    Rows(Ref),
    /// The same element in every row.
    Scalar(Ref),
}

/// A streamed value: one column for each index of its other axes, row-major.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// The lengths of the axes other than the streamed one.
    pub(super) rest: Vec<usize>,
    /// Where among all axes the streamed one stands.
    pub(super) axis: usize,
    pub(super) columns: Vec<Column>,
}

/// How far apart neighbours are that are `step` apart on an axis of this stride; a single one has none, however large the step.
fn advance(stride: usize, step: usize, count: usize) -> usize {
    if count > 1 { stride * step } else { 0 }
}

impl Columns {
    /// The same columns, each index of `rest` mapped to an element of a view over the columns.
    pub(super) fn remapped(&self, view: &View, axis: usize) -> Columns {
        Columns {
            rest: view.shape.clone(),
            axis,
            columns: view.offsets().into_iter().map(|o| self.columns[view.at.offset + o]).collect(),
        }
    }

    /// Which of the axes other than the streamed one this axis of the value is.
    pub(super) fn rest_axis(&self, axis: usize) -> usize {
        if axis > self.axis { axis - 1 } else { axis }
    }

    /// A view over the positions of the columns, for index arithmetic.
    pub(super) fn positions(&self) -> View {
        View::contiguous(Ref { space: Space::Arena, offset: 0 }, &self.rest)
    }
}

/// Where the value of a node lies.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Whole(View),
    Streamed(Columns),
}
