//! Results that take the place of an operand which nothing needs afterwards.

use super::instr::{Arg, Map, Ref, Run};
use crate::kernels::{Binary, Ternary};

/// How much of an operand is kept aside while a result of a function of three takes its place.
pub(super) const STRIP: usize = 256;

/// A stretch of the arena: where it starts and how long it is.
pub(super) type Stretch = (usize, usize);

/// The operand over which the runs of a function can write their results, in `own`, if it lies in `other`: its position among
/// the operands, which it may have to exchange with the first.
///
/// Each run must read of `other` exactly what it overwrites: the same elements, as one operand, and no element that another run
/// has written over.
pub(super) fn operand_taken(
    map: Map,
    runs: &[Run],
    own: Stretch,
    other: Stretch,
    span: impl Fn(&Run) -> usize,
) -> Option<usize> {
    // A function of three keeps a strip of the operand aside: longer than the whole of a short one takes.
    if own.1 != other.1 || matches!(map, Map::Ternary(_)) && own.1 < STRIP {
        return None;
    }
    let within = |at: Ref, (start, length): Stretch| {
        (at.space.input().is_none() && (start..start + length).contains(&at.offset))
            .then(|| at.offset - start)
    };
    let (mut position, mut end) = (None, 0);
    for run in runs {
        let at = within(run.out, own)?;
        // One after another, so that none writes over what another reads.
        if at < end {
            return None;
        }
        end = at + span(run);
        for (k, &arg) in run.args[..operands(map)].iter().enumerate() {
            let (place, slice) = match arg {
                Arg::Slice(place) => (place, true),
                Arg::Scalar(place) => (place, false),
            };
            let Some(from) = within(place, other) else { continue };
            if !slice || place.space != run.out.space || from != at || position.is_some_and(|p| p != k) {
                return None;
            }
            position = Some(k);
        }
    }
    position.filter(|&k| k == 0 || k == 1 && commutes(map) || matches!(map, Map::Ternary(_)))
}

/// Puts the operand that is written over first, where only the first can be.
pub(super) fn exchange(map: Map, runs: &mut [Run], position: usize) {
    if position == 1 && matches!(map, Map::Binary(_)) {
        runs.iter_mut().for_each(|run| run.args.swap(0, 1));
    }
}

fn operands(map: Map) -> usize {
    match map {
        Map::Copy | Map::Unary(_) => 1,
        Map::Binary(_) => 2,
        Map::Ternary(_) => 3,
    }
}

/// The same bits with its operands exchanged.
fn commutes(map: Map) -> bool {
    matches!(map, Map::Binary(Binary::Add | Binary::Mul))
}

/// Functions whose loops in place are as fast as others: those of three keep a strip aside, which costs more than it saves where
/// all is in the cache.
pub(super) fn as_fast(map: Map) -> bool {
    match map {
        Map::Copy | Map::Unary(_) | Map::Binary(_) => true,
        Map::Ternary(f) => matches!(
            f,
            Ternary::BetaInc | Ternary::BetaIncSlopeA | Ternary::BetaIncSlopeB | Ternary::BetaDensity
        ),
    }
}
