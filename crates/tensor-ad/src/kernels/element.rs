//! The door: each kernel, compiled in this crate for `f64` and for `f32`.

use super::columns::{self, Columns, Finish, Matrix, MatrixMut};
use super::dense::products as large;
use super::dense::{self, Routine, Scratch};
use super::elementwise;
use super::lane::Lane;
use super::looked_up::{self, Terms};
use super::lookup::{self, Index, Rows};
use super::operation::{Binary, Operand, Ternary, Unary};
use super::processor::Processor;
use super::tape::{self, Tape};
use super::{bernoulli, cumulative, reduce, scales, small, transposed};

/// A number type that the kernels are compiled for: `f64` or `f32`, and no other.
///
/// The loops are instantiated here and not in the calling crate, so that they are optimised whatever its profile.
/// Slices of different lengths are an error of the caller: it is caught when debug assertions are on, and otherwise
/// the shortest decides. A stride or size that points outside its slice panics, as indexing does.
pub trait Element: Lane {
    /// `out[i] = f(x[i])`.
    fn unary(p: Processor, f: Unary, x: &[Self], out: &mut [Self]);
    /// `x[i] = f(x[i])`, the same bits as [`unary`](Self::unary).
    fn unary_in_place(p: Processor, f: Unary, x: &mut [Self]);
    /// `softplus[i] = ln(1 + e^x[i])` and `sigmoid[i] = 1 / (1 + e^-x[i])`, from one exponential: the same bits as
    /// [`Unary::Softplus`] and [`Unary::Sigmoid`].
    fn softplus_and_sigmoid(p: Processor, x: &[Self], softplus: &mut [Self], sigmoid: &mut [Self]);
    /// `scale[i] = softplus(x[i])`, `slope[i] = sigmoid(x[i])`, `ratio[i] = slope[i] / scale[i]`, and returns `sum_i ln scale[i]`: the same bits as
    /// [`softplus_and_sigmoid`](Self::softplus_and_sigmoid), a division and [`sum_ln`](Self::sum_ln). All as long as `x`.
    fn softplus_scales(
        p: Processor,
        x: &[Self],
        scale: &mut [Self],
        slope: &mut [Self],
        ratio: &mut [Self],
    ) -> Self;
    /// `out[i] = alpha x[i] + beta`, rounded once.
    fn affine(p: Processor, x: &[Self], alpha: Self, beta: Self, out: &mut [Self]);
    /// `out[i] = f(a[i], b[i])`.
    fn binary(p: Processor, f: Binary, a: Operand<'_, Self>, b: Operand<'_, Self>, out: &mut [Self]);
    /// `out[i] = f(out[i], b[i])`: with [`Binary::Add`] it accumulates.
    fn binary_in_place(p: Processor, f: Binary, out: &mut [Self], b: Operand<'_, Self>);
    /// `out[i] = f(a[i], b[i], c[i])`.
    fn ternary(
        p: Processor,
        f: Ternary,
        a: Operand<'_, Self>,
        b: Operand<'_, Self>,
        c: Operand<'_, Self>,
        out: &mut [Self],
    );
    /// `out[i] += alpha x[i]`, rounded once.
    fn axpy(p: Processor, alpha: Self, x: &[Self], out: &mut [Self]);
    /// `sum_i x[i]` in the fixed order of lanes; error at most `(n / lanes + log2 lanes)` roundings of `sum |x[i]|`.
    /// Zero if empty.
    fn sum(p: Processor, x: &[Self]) -> Self;
    /// `sum_i ln x[i]`, as the logarithm of a product whose exponents are added apart, so that it cannot overflow: one logarithm for
    /// each lane. Error at most `n / 2` roundings of 1 and 3 of `sum_i |ln x[i]|`. Zero if empty; of zeros, negative numbers,
    /// infinities and NaN what a sum of [`Unary::Ln`] gives.
    fn sum_ln(p: Processor, x: &[Self]) -> Self;
    /// `sum_i a[i] b[i]`, by fused multiply-adds in the same order. `dot(p, x, x)` is the sum of squares.
    fn dot(p: Processor, a: &[Self], b: &[Self]) -> Self;
    /// `sum_i f(a[i], b[i], c[i])`, each term rounded once, in the same order: the same bits for a number as for a slice full of it.
    fn sum_of(p: Processor, f: Ternary, a: Operand<'_, Self>, b: &[Self], c: Operand<'_, Self>) -> Self;
    /// `sum_i y[i] x[i] - softplus(x[i])`, the log likelihood of Bernoulli outcomes `y` by their logits, and `slope[i] = scale (y[i] - sigmoid(x[i]))` where
    /// there is one to write, as long as `x`: the same sum with it and without. Each term errs by a few roundings of itself; lanes are joined as in
    /// [`sum`](Self::sum).
    fn bernoulli_logits(
        p: Processor,
        y: Operand<'_, Self>,
        x: &[Self],
        scale: Self,
        slope: Option<&mut [Self]>,
    ) -> Self;
    /// The product of all elements in the same order; 1 if empty.
    fn product(p: Processor, x: &[Self]) -> Self;
    /// The largest element, NaN if any is, minus infinity if empty.
    fn max(p: Processor, x: &[Self]) -> Self;
    /// The smallest element, NaN if any is, infinity if empty.
    fn min(p: Processor, x: &[Self]) -> Self;
    /// `z_0 = 0, z_1 = b_0, z_{t+1} = a_t z_t + b_t` along the middle axis of `size = [outer, n, inner]`, row-major;
    /// the product and the sum are rounded together. From the last to the first when `reverse`.
    fn recurrence(
        p: Processor,
        size: [usize; 3],
        reverse: bool,
        a: Operand<'_, Self>,
        b: &[Self],
        out: &mut [Self],
    );
    /// `y_t = ln sum_{s <= t} e^x_s` along the middle axis of `size`, one term after another, each within 4 units in the
    /// last place of the larger of itself and 1. From the last to the first when `reverse`.
    fn log_cumulative(p: Processor, size: [usize; 3], reverse: bool, x: &[Self], out: &mut [Self]);
    /// `out[j][r] = sum_k x[k][r] w[k, j]`, or `+=` when `accumulate`.
    ///
    /// `x` has `x.count` columns of `rows`; `out` has `out_count`, column `j` at `out[j * out_stride..][..rows]`. The sum
    /// runs over `k` in order, by fused multiply-adds, from zero (or from `out`): its error is at most `k` roundings of
    /// `sum |x w|`.
    #[allow(clippy::too_many_arguments)]
    fn columns_times_matrix(
        p: Processor,
        rows: usize,
        x: Columns<'_, Self>,
        w: Matrix<'_, Self>,
        out: &mut [Self],
        out_stride: usize,
        out_count: usize,
        accumulate: bool,
    );
    /// `out[j][r] = (1 - t[j][r]^2) sum_k x[k][r] w[k, j]`: the same bits as
    /// [`columns_times_matrix`](Self::columns_times_matrix) and then [`Binary::TanhPullback`].
    #[allow(clippy::too_many_arguments)]
    fn columns_times_matrix_through_tanh(
        p: Processor,
        rows: usize,
        x: Columns<'_, Self>,
        w: Matrix<'_, Self>,
        t: Columns<'_, Self>,
        out: &mut [Self],
        out_stride: usize,
        out_count: usize,
    );
    /// `out[k, j] += sum_r a[k][r] g[j][r]`, each sum as [`dot`](Self::dot) takes it.
    fn columns_transposed_times_columns(
        p: Processor,
        rows: usize,
        a: Columns<'_, Self>,
        g: Columns<'_, Self>,
        out: MatrixMut<'_, Self>,
    );
    /// The steps of a recurrence of single elements.
    fn tape(p: Processor, memory: &mut [Self], tape: Tape<'_>);
    /// The results of all groups of `terms`, `out_stride` apart, each over all rows.
    fn looked_up_product(
        p: Processor,
        rows: usize,
        x: &[Self],
        w: &[Self],
        terms: Terms<'_>,
        out: &mut [Self],
        out_stride: usize,
    );
    /// `out[k, j] += sum_p sum_r a[a_at[p, k] + r] g[g_at[p, j] + r]` for `size = [p, k, j]`, each lane's sum by fused multiply-adds over
    /// `p` and then `r`.
    #[allow(clippy::too_many_arguments)]
    fn looked_up_transposed(
        p: Processor,
        rows: usize,
        size: [usize; 3],
        a: &[Self],
        a_at: &[u32],
        g: &[Self],
        g_at: &[u32],
        out: MatrixMut<'_, Self>,
    );
    /// `out[i, j] = sum_l a[i, l] b[l, j]` for `size = [m, k, n]`: `a` is `m` by `k`, `b` is `k` by `n`. In order of
    /// `l`, by fused multiply-adds. For parameters, not for data: nothing is blocked.
    fn matmul(
        p: Processor,
        size: [usize; 3],
        a: Matrix<'_, Self>,
        b: Matrix<'_, Self>,
        out: MatrixMut<'_, Self>,
    );
    /// A factorisation, or what is solved with one, of `n` by `n` matrices stored row-major: see [`Routine`] for the
    /// formulas and what `b`, `out` and `spare` hold. `size` is `[n, m]`.
    ///
    /// # Errors
    /// The pivot, counted from 0, at which it broke down; `out` then holds nothing of use.
    #[allow(clippy::too_many_arguments)]
    fn dense(
        p: Processor,
        routine: Routine,
        size: [usize; 2],
        a: &[Self],
        b: &[Self],
        out: &mut [Self],
        spare: &mut [Self],
        scratch: &mut Scratch,
    ) -> Result<(), usize>;
    /// The memory that [`dense`](Self::dense) needs for each of these routines at its size.
    fn scratch(work: &[(Routine, [usize; 2])]) -> Scratch;
    /// `x` solved in place for `rows` right-hand sides at once, each a row of the `n` columns of `x`, `stride` apart: the
    /// system of [`Routine::TriangularSolve`].
    ///
    /// # Errors
    /// The first pivot that is zero.
    fn triangular_solve_columns(
        p: Processor,
        triangle: dense::Triangle,
        rows: usize,
        a: Matrix<'_, Self>,
        x: &mut [Self],
        stride: usize,
        n: usize,
    ) -> Result<(), usize>;
    /// `C` columns of a batch at once, from a table that holds them side by side: `out[c n + i] = table[rows[i]][c]`
    /// for `n` rows. False, with the rest unwritten, when there is no such row.
    fn gather_rows<const C: usize>(
        p: Processor,
        table: &[[Self; C]],
        rows: &[usize],
        out: &mut [Self],
    ) -> bool;
    /// The rows that an index names, for any number of look-ups into tables of `length` rows: [`Index::Rows`]. False when an
    /// index is not a whole number below `length`; its row is then 0 (or, where `length` is 0 or above 2³² - 1, nothing is written).
    fn rows(p: Processor, index: &[Self], length: usize, out: &mut [Self]) -> bool;
    /// `out[i] = table[index[i] stride + i advance]`. False when an index is not a whole number below the number of rows,
    /// whose element is then row 0's (or, where there is no row or are more than 2³² - 1, nothing is written).
    fn take(p: Processor, table: &[Self], rows: Rows, index: Index<'_, Self>, out: &mut [Self]) -> bool;
    /// `out[index[i] stride + i advance] += updates[i]`, in the order of `i`. False as for [`take`](Self::take).
    fn scatter_add(
        p: Processor,
        index: Index<'_, Self>,
        updates: Operand<'_, Self>,
        rows: Rows,
        out: &mut [Self],
    ) -> bool;
}

macro_rules! element {
    ($t:ident) => {
        impl Element for $t {
            fn unary(p: Processor, f: Unary, x: &[Self], out: &mut [Self]) {
                elementwise::unary(p, f, x, out);
            }
            fn unary_in_place(p: Processor, f: Unary, x: &mut [Self]) {
                elementwise::unary_in_place(p, f, x);
            }
            fn softplus_and_sigmoid(p: Processor, x: &[Self], softplus: &mut [Self], sigmoid: &mut [Self]) {
                elementwise::softplus_and_sigmoid(p, x, softplus, sigmoid);
            }
            fn softplus_scales(
                p: Processor,
                x: &[Self],
                scale: &mut [Self],
                slope: &mut [Self],
                ratio: &mut [Self],
            ) -> Self {
                scales::softplus_scales(p, x, scale, slope, ratio)
            }
            fn affine(p: Processor, x: &[Self], alpha: Self, beta: Self, out: &mut [Self]) {
                elementwise::affine(p, x, alpha, beta, out);
            }
            fn binary(p: Processor, f: Binary, a: Operand<'_, Self>, b: Operand<'_, Self>, out: &mut [Self]) {
                elementwise::binary(p, f, a, b, out);
            }
            fn binary_in_place(p: Processor, f: Binary, out: &mut [Self], b: Operand<'_, Self>) {
                elementwise::binary_in_place(p, f, out, b);
            }
            fn ternary(
                p: Processor,
                f: Ternary,
                a: Operand<'_, Self>,
                b: Operand<'_, Self>,
                c: Operand<'_, Self>,
                out: &mut [Self],
            ) {
                elementwise::ternary(p, f, a, b, c, out);
            }
            fn axpy(p: Processor, alpha: Self, x: &[Self], out: &mut [Self]) {
                elementwise::axpy(p, alpha, x, out);
            }
            fn sum(p: Processor, x: &[Self]) -> Self {
                reduce::sum(p, x)
            }
            fn sum_ln(p: Processor, x: &[Self]) -> Self {
                reduce::sum_ln(p, x)
            }
            fn dot(p: Processor, a: &[Self], b: &[Self]) -> Self {
                reduce::dot(p, a, b)
            }
            fn sum_of(
                p: Processor,
                f: Ternary,
                a: Operand<'_, Self>,
                b: &[Self],
                c: Operand<'_, Self>,
            ) -> Self {
                reduce::sum_of(p, f, a, b, c)
            }
            fn bernoulli_logits(
                p: Processor,
                y: Operand<'_, Self>,
                x: &[Self],
                scale: Self,
                slope: Option<&mut [Self]>,
            ) -> Self {
                bernoulli::bernoulli_logits(p, y, x, scale, slope)
            }
            fn product(p: Processor, x: &[Self]) -> Self {
                reduce::product(p, x)
            }
            fn recurrence(
                p: Processor,
                size: [usize; 3],
                reverse: bool,
                a: Operand<'_, Self>,
                b: &[Self],
                out: &mut [Self],
            ) {
                cumulative::recurrence(p, size, reverse, a, b, out);
            }
            fn log_cumulative(p: Processor, size: [usize; 3], reverse: bool, x: &[Self], out: &mut [Self]) {
                cumulative::log_cumulative(p, size, reverse, x, out);
            }
            fn max(p: Processor, x: &[Self]) -> Self {
                reduce::max(p, x)
            }
            fn min(p: Processor, x: &[Self]) -> Self {
                reduce::min(p, x)
            }
            fn columns_times_matrix(
                p: Processor,
                rows: usize,
                x: Columns<'_, Self>,
                w: Matrix<'_, Self>,
                out: &mut [Self],
                out_stride: usize,
                out_count: usize,
                accumulate: bool,
            ) {
                if accumulate || !large::columns_times_matrix(p, rows, x, w, out, out_stride, out_count) {
                    columns::columns_times_matrix(
                        p,
                        rows,
                        &x,
                        &w,
                        out,
                        out_stride,
                        out_count,
                        accumulate,
                        Finish::Plain,
                    );
                }
            }
            fn columns_times_matrix_through_tanh(
                p: Processor,
                rows: usize,
                x: Columns<'_, Self>,
                w: Matrix<'_, Self>,
                t: Columns<'_, Self>,
                out: &mut [Self],
                out_stride: usize,
                out_count: usize,
            ) {
                let through = Finish::TanhPullback(&t);
                columns::columns_times_matrix(p, rows, &x, &w, out, out_stride, out_count, false, through);
            }
            fn columns_transposed_times_columns(
                p: Processor,
                rows: usize,
                a: Columns<'_, Self>,
                g: Columns<'_, Self>,
                mut out: MatrixMut<'_, Self>,
            ) {
                if !large::columns_transposed_times_columns(p, rows, a, g, &mut out) {
                    transposed::columns_transposed_times_columns(p, rows, &a, &g, &mut out);
                }
            }
            fn tape(p: Processor, memory: &mut [Self], tape: Tape<'_>) {
                tape::run(p, memory, tape);
            }
            fn looked_up_product(
                p: Processor,
                rows: usize,
                x: &[Self],
                w: &[Self],
                terms: Terms<'_>,
                out: &mut [Self],
                out_stride: usize,
            ) {
                looked_up::product_of(p, rows, x, w, terms, out, out_stride);
            }
            fn looked_up_transposed(
                p: Processor,
                rows: usize,
                size: [usize; 3],
                a: &[Self],
                a_at: &[u32],
                g: &[Self],
                g_at: &[u32],
                out: MatrixMut<'_, Self>,
            ) {
                looked_up::transposed_product_of(p, rows, size, a, a_at, g, g_at, out);
            }
            fn matmul(
                p: Processor,
                size: [usize; 3],
                a: Matrix<'_, Self>,
                b: Matrix<'_, Self>,
                mut out: MatrixMut<'_, Self>,
            ) {
                if !large::matmul(p, size, a, b, &mut out) {
                    small::matmul(p, size, a, b, out);
                }
            }
            fn dense(
                p: Processor,
                routine: Routine,
                size: [usize; 2],
                a: &[Self],
                b: &[Self],
                out: &mut [Self],
                spare: &mut [Self],
                scratch: &mut Scratch,
            ) -> Result<(), usize> {
                dense::run(p, routine, size, a, b, out, spare, scratch)
            }
            fn scratch(work: &[(Routine, [usize; 2])]) -> Scratch {
                Scratch::new::<$t>(work)
            }
            fn triangular_solve_columns(
                p: Processor,
                triangle: dense::Triangle,
                rows: usize,
                a: Matrix<'_, Self>,
                x: &mut [Self],
                stride: usize,
                n: usize,
            ) -> Result<(), usize> {
                dense::triangular_solve_columns(p, triangle, rows, a, x, stride, n)
            }
            fn gather_rows<const C: usize>(
                p: Processor,
                table: &[[Self; C]],
                rows: &[usize],
                out: &mut [Self],
            ) -> bool {
                small::gather_rows(p, table, rows, out)
            }
            fn rows(p: Processor, index: &[Self], length: usize, out: &mut [Self]) -> bool {
                lookup::rows(p, index, length, out)
            }
            fn take(
                p: Processor,
                table: &[Self],
                rows: Rows,
                index: Index<'_, Self>,
                out: &mut [Self],
            ) -> bool {
                lookup::take(p, table, rows, index, out)
            }
            fn scatter_add(
                p: Processor,
                index: Index<'_, Self>,
                updates: Operand<'_, Self>,
                rows: Rows,
                out: &mut [Self],
            ) -> bool {
                lookup::scatter_add(p, index, updates, rows, out)
            }
        }
    };
}
element!(f64);
element!(f32);
