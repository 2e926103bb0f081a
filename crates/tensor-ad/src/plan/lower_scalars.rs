//! Instructions for one number each, next to each other, become one instruction.

use super::instr::{Arg, Instr, Map, Phase, Ref, Run, Scalar, ScalarFunction};
use crate::kernels::{Binary, Ternary};

/// Joins what computes single numbers in the parts that run once.
pub(super) fn join(phases: &mut [Phase], runs: &[Run]) {
    for phase in phases.iter_mut().filter(|p| !p.streamed) {
        let mut joined: Vec<Instr> = Vec::with_capacity(phase.instrs.len());
        for instr in phase.instrs.drain(..) {
            let Some(next) = scalar(&instr, runs) else {
                joined.push(instr);
                continue;
            };
            match joined.last_mut() {
                Some(Instr::Scalars(list)) => list.push(next),
                Some(last) => match scalar(last, runs) {
                    Some(first) => *last = Instr::Scalars(vec![first, next]),
                    None => joined.push(instr),
                },
                None => joined.push(instr),
            }
        }
        phase.instrs = joined;
    }
}

/// The number that the instruction computes, if it is one.
fn scalar(instr: &Instr, runs: &[Run]) -> Option<Scalar> {
    match instr {
        Instr::Dot { a, b, count, out } => {
            Some(Scalar { function: ScalarFunction::Dot(*count), args: [*a, *b, *b], out: *out })
        }
        Instr::Map { map, first, last } if first + 1 == *last && runs[*first].count == 1 => {
            let function = match map {
                Map::Binary(Binary::Add) => ScalarFunction::Add,
                Map::Binary(Binary::Sub) => ScalarFunction::Sub,
                Map::Binary(Binary::Mul) => ScalarFunction::Mul,
                Map::Ternary(Ternary::MulAdd) => ScalarFunction::MulAdd,
                Map::Copy | Map::Unary(_) | Map::Binary(_) | Map::Ternary(_) => return None,
            };
            let place = |arg: Arg| -> Ref {
                match arg {
                    Arg::Slice(at) | Arg::Scalar(at) => at,
                }
            };
            Some(Scalar { function, args: runs[*first].args.map(place), out: runs[*first].out })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(at: usize) -> Run {
        let arg = |offset| Arg::Slice(Ref::arena(offset));
        let args = [arg(0), arg(16), arg(16)];
        Run { out: Ref::arena(at), args, count: 1, padded: false }
    }

    #[test]
    fn neighbours_that_compute_one_number_are_joined_and_longer_ones_are_not() {
        let runs = [add(32), add(48), Run { count: 2, ..add(64) }, add(80)];
        let map = |first| Instr::Map { map: Map::Binary(Binary::Add), first, last: first + 1 };
        let dot = Instr::Dot { a: Ref::arena(0), b: Ref::arena(16), count: 3, out: Ref::arena(96) };
        let instrs = vec![map(0), dot, map(1), map(2), map(3)];
        let mut phases = [Phase { streamed: false, instrs }];
        join(&mut phases, &runs);
        let [Instr::Scalars(scalars), Instr::Map { first: 2, .. }, Instr::Map { first: 3, .. }] =
            &phases[0].instrs[..]
        else {
            panic!("{:?}", phases[0].instrs);
        };
        let functions: Vec<_> = scalars.iter().map(|s| s.function).collect();
        assert_eq!(functions, [ScalarFunction::Add, ScalarFunction::Dot(3), ScalarFunction::Add]);
    }
}
