//! The instructions of a program: what is computed, from where, to where.

use std::panic::Location;
use std::sync::Arc;

use super::groups::Groups;
use super::look_up::LookUp;
use crate::Error;
use crate::breakdown::{Breakdown, NoRow};
use crate::kernels::{self, Routine, Triangle};
use crate::op::Op;

/// A memory that an instruction reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// A fixed place in the arena.
    Arena,
    /// A place in the arena that moves with the first row of the block.
    ArenaRows,
    /// A fixed place in an input.
    Input(u32),
    /// A place in an input that moves with the first row of the block.
    InputRows(u32),
}

impl Space {
    /// True when the place moves with the first row of the block.
    #[inline(always)]
    pub(super) fn moves(self) -> bool {
        matches!(self, Space::ArenaRows | Space::InputRows(_))
    }

    /// The input that the place lies in, if it is not the arena.
    #[inline(always)]
    pub(super) fn input(self) -> Option<u32> {
        match self {
            Space::Arena | Space::ArenaRows => None,
            Space::Input(i) | Space::InputRows(i) => Some(i),
        }
    }
}

/// A place: an offset in a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ref {
    pub(super) space: Space,
    pub(super) offset: usize,
}

impl Ref {
    pub(super) fn arena(offset: usize) -> Ref {
        Ref { space: Space::Arena, offset }
    }

    pub(super) fn plus(self, elements: usize) -> Ref {
        Ref { offset: self.offset + elements, ..self }
    }
}

/// An operand of an elementwise function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arg {
    /// One element for each of the result.
    Slice(Ref),
    /// The same element throughout.
    Scalar(Ref),
}

impl Arg {
    pub(super) fn at(self) -> Ref {
        match self {
            Arg::Slice(r) | Arg::Scalar(r) => r,
        }
    }

    pub(super) fn place(&mut self) -> &mut Ref {
        match self {
            Arg::Slice(r) | Arg::Scalar(r) => r,
        }
    }
}

/// An elementwise function, primitive or fused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Map {
    Copy,
    Unary(kernels::Unary),
    Binary(kernels::Binary),
    Ternary(kernels::Ternary),
}

/// One contiguous stretch of an elementwise function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) out: Ref,
    pub(super) args: [Arg; 3],
    /// Elements in a program's once-only parts; columns, `stride` apart, in a streamed part.
    pub(super) count: usize,
    /// All of it lies in the block, where columns may be read and written up to a whole vector.
    pub(super) padded: bool,
}

/// How a block of rows is folded into an accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    // `Of` sums a function of three columns.
    Sum,
    Dot,
    Of(kernels::Ternary),
    Prod,
    Max,
    Min,
}

impl Fold {
    /// What it makes of no element.
    pub(super) fn of_none(self) -> f64 {
        match self {
            Fold::Sum | Fold::Dot | Fold::Of(_) => 0.0,
            Fold::Prod => 1.0,
            Fold::Max => f64::NEG_INFINITY,
            Fold::Min => f64::INFINITY,
        }
    }
}

/// Columns over the rows of a block, `stride` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnsRef {
    pub(super) at: Ref,
    pub(super) stride: usize,
    pub(super) count: usize,
}

/// Where sums over the rows are added up.
#[derive(Debug, Clone, Copy)]
pub(super) enum SumsTo {
    /// To what is there.
    Place(MatrixRef),
    /// From zero on, to all of this output, row-major.
    Output(usize),
}

/// What becomes of a product before it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish {
    Plain,
    Tanh,
    /// With these columns t, that times `1 - t²`.
    TanhPullback(ColumnsRef),
}

/// A small matrix.
#[derive(Debug, Clone, Copy)]
pub(super) struct MatrixRef {
    pub(super) at: Ref,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

/// The lengths of windows that are added up: `[outer, windows.., inner] -> [outer, length, inner]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlap {
    pub(super) outer: usize,
    /// How many there are, and how many elements each sees.
    pub(super) windows: [usize; 2],
    pub(super) inner: usize,
    pub(super) length: usize,
    /// From one window to the next, and from one element to the next.
    pub(super) steps: [usize; 2],
}

/// A recurrence: instructions that are run for each step, with their memory in fixed places.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    pub(super) steps: usize,
    /// From the last step to the first.
    pub(super) reverse: bool,
    /// Elements of the carry.
    pub(super) width: usize,
    /// The first carry.
    pub(super) init: Ref,
    /// Where a step reads the carry, and where it leaves the next one.
    pub(super) carry: Ref,
    pub(super) next: Ref,
    /// The trajectory.
    pub(super) out: Ref,
    /// What a step sees of each sequence.
    pub(super) slices: Vec<Slice>,
    pub(super) body: Vec<Instr>,
    /// Where the body is a few functions of single elements, these, and what is copied into the arena before.
    pub(super) tape: Option<OnTape>,
}

/// A body of functions of single elements, every operand in the arena.
#[derive(Debug, Clone)]
pub(super) struct OnTape {
    pub(super) ops: Vec<kernels::TapeOp>,
    /// Copied once.
    pub(super) copies: Vec<Slice>,
    /// `[from, to, count]` of each sequence.
    pub(super) slices: Vec<[usize; 3]>,
}

/// Which columns and which weights each group of results is the sum of, as [`kernels::Terms`] says.
#[derive(Debug)]
pub(super) struct LookedUp {
    pub(super) starts: Vec<u32>,
    pub(super) pairs: Vec<[u32; 2]>,
    pub(super) inner: usize,
    pub(super) x_step: usize,
    pub(super) w_step: usize,
    pub(super) w_stride: usize,
    pub(super) results: usize,
}

impl LookedUp {
    pub(super) fn terms(&self) -> kernels::Terms<'_> {
        let LookedUp { starts, pairs, inner, x_step, w_step, w_stride, results } = self;
        let (inner, x_step, w_step) = (*inner, *x_step, *w_step);
        kernels::Terms { starts, pairs, inner, x_step, w_step, w_stride: *w_stride, results: *results }
    }
}

/// One number, made of others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar {
    pub(super) function: ScalarFunction,
    pub(super) args: [Ref; 3],
    pub(super) out: Ref,
}

impl Scalar {
    /// Those that its function has.
    pub(super) fn operands(&self) -> &[Ref] {
        match self.function {
            ScalarFunction::MulAdd => &self.args,
            ScalarFunction::Add | ScalarFunction::Sub | ScalarFunction::Mul | ScalarFunction::Dot(_) => {
                &self.args[..2]
            }
        }
    }
}

/// What a [`Scalar`] is made of its operands a, b, c.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarFunction {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a b`.
    Mul,
    /// `a b + c`, rounded once.
    MulAdd,
    /// `Σ a b` over so many elements.
    Dot(usize),
}

/// One element of a sequence, copied to where a step reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub(super) from: Ref,
    pub(super) to: Ref,
    pub(super) count: usize,
}

/// Where an operation was written that may break down when it runs.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) op: Op,
    /// The lengths of the leading axes.
    pub(super) lead: Vec<usize>,
    pub(super) label: Option<Arc<str>>,
    pub(super) at: &'static Location<'static>,
}

impl Origin {
    #[cold]
    pub(super) fn error(&self, pivot: usize, matrix: usize) -> Error {
        Breakdown::error(&self.op, pivot, matrix, &self.lead, self.label.as_deref(), self.at)
    }

    #[cold]
    pub(super) fn no_row(&self, value: f64, length: usize) -> Error {
        NoRow::error(&self.op, value, length, self.label.as_deref(), self.at)
    }
}

/// A routine on each of `count` matrices, `steps` apart; the results lie one after another, what the routine needs to
/// work in behind them.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    pub(super) routine: Routine,
    pub(super) size: [usize; 2],
    pub(super) count: usize,
    pub(super) a: Ref,
    pub(super) b: Option<Ref>,
    pub(super) steps: [usize; 2],
    pub(super) out: Ref,
    pub(super) origin: Origin,
}

/// A triangular system for each row of a block; the columns `x` go from right-hand side to solution.
#[derive(Debug, Clone)]
pub(super) struct SolveRows {
    pub(super) triangle: Triangle,
    pub(super) a: MatrixRef,
    pub(super) x: ColumnsRef,
    pub(super) origin: Origin,
}

#[derive(Debug, Clone)]
pub(super) enum Instr {
    /// An elementwise function over `runs[first..last]` of the program.
    Map { map: Map, first: usize, last: usize },
    /// Every element of a stretch set to a number.
    Fill { out: Ref, count: usize, value: f64 },
    /// `out[i] = in[offsets[i]]`.
    Gather { from: Ref, offsets: Arc<[u32]>, out: Ref },
    /// `out[i] = Σ in[i*width..][..width]`, or the product, the maximum, the minimum.
    Reduce { fold: Fold, from: Ref, width: usize, count: usize, out: Ref },
    /// `out = Σ a b` over `count` elements.
    Dot { a: Ref, b: Ref, count: usize, out: Ref },
    /// Numbers, one after another: the way to an instruction costs more than one of them.
    Scalars(Vec<Scalar>),
    /// Windows added up where they overlap.
    Overlap { overlap: Overlap, from: Ref, out: Ref },
    /// `out = a · b` for `size = [m, k, n]`, and for `count` such pairs, `steps` apart; results lie one after another.
    MatMul { count: usize, size: [usize; 3], steps: [usize; 2], a: MatrixRef, b: MatrixRef, out: MatrixRef },
    /// A factorisation, or what is solved with one.
    Dense(Box<Dense>),
    /// A recurrence.
    Scan(Box<Recurrence>),
    /// Rows of tables by index, or sums into them.
    LookUp(LookUp, Arc<Origin>),
    /// The states before each step of a recurrence along the middle one of three axes.
    LinearRecurrence { a: Arg, b: Ref, size: [usize; 3], reverse: bool, out: Ref },
    /// The logarithms of sums of exponentials so far along the middle one of three axes.
    LogCumSumExp { x: Ref, size: [usize; 3], reverse: bool, out: Ref },

    /// One column of a block read from an input whose rows are `row_stride` apart.
    Load { from: Ref, row_stride: usize, out: Ref },
    /// A column folded into one element, or a function of three columns; the first and the last may be a number.
    FoldRows { fold: Fold, a: Arg, b: Ref, c: Arg, out: Ref },
    /// `softplus` of `count` columns, and `distance` elements further on their `sigmoid`.
    SoftplusAndSigmoid { x: Ref, count: usize, distance: usize, out: Ref, padded: bool },
    /// `out += Σ y x - softplus(x)`, the log likelihood of Bernoulli outcomes by their logits, and `slope = scale (y - sigmoid(x))`.
    Bernoulli { y: Arg, x: Ref, out: Ref, slope: Option<Ref>, scale: Option<Ref> },
    /// `out[j][r] = Σ_k x[k][r] w[k, j]`, and what becomes of it.
    Product { x: ColumnsRef, w: MatrixRef, finish: Finish, out: ColumnsRef, padded: bool },
    /// The gradient of a dense layer of activations `a`, for gradients `g` after it: `to[k, j] += Σ_r a[k][r] g[j][r]`, and
    /// `back[k][r] = (1 - a[k][r]²) Σ_j g[j][r] w[j, k]`.
    LayerGradient { a: ColumnsRef, g: ColumnsRef, w: MatrixRef, to: Ref, back: ColumnsRef, padded: bool },
    /// Sums of products of columns that are looked up: see [`LookedUp`].
    LookedUpProduct { x: Ref, w: Ref, product: Arc<LookedUp>, out: Ref, stride: usize, padded: bool },
    /// `out[k, j] += Σ_p Σ_r a[p, k][r] g[p, j][r]` for `size = [p, k, j]`.
    LookedUpTransposed {
        size: [usize; 3],
        a: Ref,
        a_offsets: Arc<[u32]>,
        g: Ref,
        g_offsets: Arc<[u32]>,
        out: MatrixRef,
    },
    /// `to[k, j] += Σ_r a[k][r] g[j][r]`.
    TransposedProduct { a: ColumnsRef, g: ColumnsRef, to: SumsTo },
    /// A triangular system for each row, solved in place.
    SolveRows(Box<SolveRows>),
    /// One column of a block written to an output whose rows are `row_stride` apart.
    StoreRows { from: Arg, output: usize, offset: usize, row_stride: usize },
    /// An elementwise function written to an output.
    MapTo { map: Map, args: [Arg; 3], count: usize, output: usize },
    /// Elements written to an output: `out[i] = in[offsets[i]]`, or a plain copy without offsets.
    Store { from: Ref, offsets: Option<Arc<[u32]>>, count: usize, output: usize },
}

impl Instr {
    /// Every place that the instruction names, for the assignment of memory; those of runs apart.
    pub(super) fn places(&mut self) -> Vec<&mut Ref> {
        match self {
            Instr::Map { .. } => Vec::new(),
            Instr::Scalars(scalars) => {
                scalars.iter_mut().flat_map(|s| s.args.iter_mut().chain([&mut s.out])).collect()
            }
            // The places of the step itself apart.
            Instr::Scan(scan) => {
                let Recurrence { init, carry, next, out, slices, .. } = &mut **scan;
                let slices = slices.iter_mut().flat_map(|s| [&mut s.from, &mut s.to]);
                [init, carry, next, out].into_iter().chain(slices).collect()
            }
            Instr::Fill { out, .. } => vec![out],
            Instr::LookUp(work, _) => work.places(),
            Instr::LogCumSumExp { x, out, .. } => vec![x, out],
            Instr::LinearRecurrence { a, b, out, .. } => vec![a.place(), b, out],
            Instr::Gather { from, out, .. }
            | Instr::Reduce { from, out, .. }
            | Instr::Overlap { from, out, .. }
            | Instr::Load { from, out, .. } => vec![from, out],
            Instr::Dot { a, b, out, .. } => vec![a, b, out],
            Instr::FoldRows { a, b, c, out, .. } => vec![a.place(), b, c.place(), out],
            Instr::SoftplusAndSigmoid { x, out, .. } => vec![x, out],
            Instr::MatMul { a, b, out, .. } => vec![&mut a.at, &mut b.at, &mut out.at],
            Instr::Dense(work) => {
                let mut places = vec![&mut work.a, &mut work.out];
                places.extend(&mut work.b);
                places
            }
            Instr::SolveRows(work) => vec![&mut work.a.at, &mut work.x.at],
            Instr::Bernoulli { y, x, out, slope, scale } => {
                [y.place(), x, out].into_iter().chain(slope).chain(scale).collect()
            }
            Instr::Product { x, w, finish, out, .. } => {
                let mut places = vec![&mut x.at, &mut w.at, &mut out.at];
                if let Finish::TanhPullback(t) = finish {
                    places.push(&mut t.at);
                }
                places
            }
            Instr::LayerGradient { a, g, w, to, back, .. } => {
                vec![&mut a.at, &mut g.at, &mut w.at, to, &mut back.at]
            }
            Instr::MapTo { args, .. } => args.iter_mut().map(Arg::place).collect(),
            Instr::TransposedProduct { a, g, to: SumsTo::Output(_) } => vec![&mut a.at, &mut g.at],
            Instr::TransposedProduct { a, g, to: SumsTo::Place(out) } => {
                vec![&mut a.at, &mut g.at, &mut out.at]
            }
            Instr::LookedUpProduct { x, w, out, .. } => vec![x, w, out],
            Instr::LookedUpTransposed { a, g, out, .. } => vec![a, g, &mut out.at],
            Instr::StoreRows { from, .. } => vec![from.place()],
            Instr::Store { from, .. } => vec![from],
        }
    }
}

/// A part of a program: run once, or once for each block of rows.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) streamed: bool,
    pub(super) instrs: Vec<Instr>,
}

/// A bound plan: every size a number, every value in its place.
#[derive(Debug)]
pub struct Program {
    pub(super) phases: Vec<Phase>,
    pub(super) runs: Vec<Run>,
    /// Elements in the arena.
    pub(super) arena: usize,
    /// What the arena holds from the start: literals.
    pub(super) constants: Vec<(usize, Vec<f64>)>,
    /// The length of the streamed axis.
    pub(super) rows: usize,
    /// Rows in a block; the columns of a block lie this far apart.
    pub(super) block: usize,
    /// The rows in groups, where threads pay.
    pub(super) groups: Option<Groups>,
    /// Large products in panels, where threads pay.
    pub(super) shares: bool,
    pub(super) input_lengths: Vec<usize>,
    pub(super) output_shapes: Vec<Vec<usize>>,
}

impl Program {
    /// Whether a product or a solve is so large that threads share it, in numbers of so many bytes.
    pub(super) fn has_panels(&self, bytes: usize) -> bool {
        let block = self.rows.min(self.block);
        let mut instrs: Vec<&Instr> = self.phases.iter().flat_map(|p| &p.instrs).collect();
        while let Some(instr) = instrs.pop() {
            let size = match instr {
                Instr::Product { x, out, .. } => [block, x.count, out.count],
                Instr::TransposedProduct { a, g, .. } => [a.count, block, g.count],
                Instr::MatMul { size, .. } => *size,
                Instr::Dense(work) => [work.size[0], work.size[0].div_ceil(2), work.size[1]],
                Instr::Scan(scan) => {
                    instrs.extend(&scan.body);
                    continue;
                }
                _ => continue,
            };
            if kernels::panels(size, bytes) > 1 {
                return true;
            }
        }
        false
    }

    /// How many memories a workspace has: one for each group of rows.
    pub(super) fn arenas(&self) -> usize {
        self.groups.as_ref().map_or(1, |g| g.count)
    }

    /// The elements of all of them.
    pub(super) fn elements(&self) -> usize {
        self.arena.saturating_mul(self.arenas())
    }
}
