//! Recurrences of one number whose step is a chain of functions: the number stays in a register.

use super::lane::Lane;
use super::processor::{Processor, Work};
use super::tape::{Function, Tape, TapeOp, function};

/// The most functions of a chain.
const MOST: usize = 8;

/// An operand of a function in a chain.
#[derive(Copy, Clone, Debug)]
enum From {
    /// What the function before it made.
    Made,
    /// The carry that the step began with.
    Carry,
    /// The element of a sequence, or, where the stride is 0, a constant.
    Memory { first: usize, stride: usize },
}

struct Chain<'a, 'b, T> {
    p: Processor,
    memory: &'b mut [T],
    tape: Tape<'a>,
    operands: [[From; 3]; MOST],
}

impl<T: Lane> Work for Chain<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Chain { p, memory, tape, operands } = self;
        let Tape { ops, steps, reverse, carry, out, .. } = tape;
        let mut state = memory[carry];
        for i in 0..steps {
            let t = if reverse { steps - 1 - i } else { i };
            let mut made = state;
            for (op, from) in ops.iter().zip(&operands) {
                let [a, b, c] = from.map(|from| match from {
                    From::Made => made,
                    From::Carry => state,
                    From::Memory { first, stride } => memory[first + t * stride],
                });
                made = function(p, op.f, a, b, c);
            }
            memory[out + t] = made;
            state = made;
        }
    }
}

/// The operands of the functions of a tape that is a chain; `None` of others.
fn operands(tape: &Tape<'_>) -> Option<[[From; 3]; MOST]> {
    let Tape { ops, width, carry, next, slices, .. } = *tape;
    if width != 1 || ops.is_empty() || ops.len() > MOST || ops[ops.len() - 1].out != next {
        return None;
    }
    let mut found = [[From::Carry; 3]; MOST];
    for (k, op) in ops.iter().enumerate() {
        let count = match op.f {
            Function::Copy | Function::Unary(_) => 1,
            Function::Binary(_) => 2,
            Function::Ternary(_) => 3,
        };
        for (slot, &at) in found[k].iter_mut().zip(&op.args[..count]) {
            let writes = |op: &TapeOp| op.out == at;
            *slot = if k > 0 && writes(&ops[k - 1]) {
                From::Made
            } else if ops[..k].iter().any(writes) {
                return None;
            } else if at == carry {
                From::Carry
            } else if let Some(&[from, to, count]) = slices.iter().find(|s| (s[1]..s[1] + s[2]).contains(&at))
            {
                From::Memory { first: from + at - to, stride: count }
            } else if ops.iter().any(writes) {
                return None;
            } else {
                From::Memory { first: at, stride: 0 }
            };
        }
    }
    Some(found)
}

/// Runs a tape that is a chain; false of others, which are left as they are.
pub(super) fn run<T: Lane>(p: Processor, memory: &mut [T], tape: Tape<'_>) -> bool {
    let Some(operands) = operands(&tape) else { return false };
    p.run(Chain { p, memory, tape, operands });
    true
}
