//! Recurrences of a few numbers: every step's functions of single elements, without a call for each.

use super::chain;
use super::elementwise::{self, single_binary, single_ternary, single_unary};
use super::lane::Lane;
use super::operation::{Binary, Ternary, Unary};
use super::processor::{Processor, Work};

/// A function of single elements.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Function {
    /// The element itself.
    Copy,
    /// A function of one.
    Unary(Unary),
    /// A function of two.
    Binary(Binary),
    /// A function of three.
    Ternary(Ternary),
}

/// One function of elements of a memory, and where its value goes.
#[derive(Copy, Clone, Debug)]
pub struct TapeOp {
    /// The function.
    pub f: Function,
    /// Where its value goes.
    pub out: usize,
    /// Where its operands lie; those that it does not have are read and ignored.
    pub args: [usize; 3],
}

/// A recurrence whose steps are a tape, all in one memory.
#[derive(Copy, Clone, Debug)]
pub struct Tape<'a> {
    /// One step.
    pub ops: &'a [TapeOp],
    /// How many steps there are.
    pub steps: usize,
    /// From the last step to the first.
    pub reverse: bool,
    /// Elements of the carry.
    pub width: usize,
    /// Where a step reads the carry.
    pub carry: usize,
    /// Where it leaves the next one.
    pub next: usize,
    /// The trajectory.
    pub out: usize,
    /// `[from, to, count]` of each sequence: element `t` of it, `count` numbers, is copied to where a step reads it.
    pub slices: &'a [[usize; 3]],
}

struct Steps<'a, 'b, T> {
    p: Processor,
    memory: &'b mut [T],
    tape: Tape<'a>,
}

impl<T: Lane> Work for Steps<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Steps { p, memory, tape } = self;
        let Tape { ops, steps, reverse, width, carry, next, out, slices } = tape;
        for i in 0..steps {
            let t = if reverse { steps - 1 - i } else { i };
            for &[from, to, count] in slices {
                for e in 0..count {
                    memory[to + e] = memory[from + t * count + e];
                }
            }
            for op in ops {
                let [a, b, c] = op.args;
                let (a, b, c) = (memory[a], memory[b], memory[c]);
                memory[op.out] = function(p, op.f, a, b, c);
            }
            for e in 0..width {
                memory[out + t * width + e] = memory[next + e];
            }
            for e in 0..width {
                memory[carry + e] = memory[out + t * width + e];
            }
        }
    }
}

/// The value of a function, of those of these operands that it has.
#[inline(always)]
pub(super) fn function<T: Lane>(p: Processor, f: Function, a: T, b: T, c: T) -> T {
    match f {
        Function::Copy => a,
        Function::Unary(f) => single_unary(f, a).unwrap_or_else(|| called(p, f, a)),
        Function::Binary(f) => single_binary(f, a, b).unwrap_or_else(|| called_with(p, f, a, b)),
        Function::Ternary(f) => single_ternary(f, a, b, c),
    }
}

/// A long function by its kernel.
#[inline(never)]
fn called<T: Lane>(p: Processor, f: Unary, x: T) -> T {
    let mut out = [T::NIL];
    elementwise::unary(p, f, &[x], &mut out);
    out[0]
}

#[inline(never)]
fn called_with<T: Lane>(p: Processor, f: Binary, a: T, b: T) -> T {
    let mut out = [a];
    elementwise::binary_in_place(p, f, &mut out, super::Operand::Scalar(b));
    out[0]
}

pub(super) fn run<T: Lane>(p: Processor, memory: &mut [T], tape: Tape<'_>) {
    if !chain::run(p, memory, tape) {
        p.run(Steps { p, memory, tape });
    }
}
