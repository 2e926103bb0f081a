//! `each`: one rule's arithmetic, run over all parameters with the vector instructions of the machine.

use elbo_tensor_ad::Real;

/// Parameters per turn of the loop: a whole number of registers of any width, so that the compiler needs no scalar rest.
const BLOCK: usize = 16;

/// For every parameter, replaces `x` and its `N` memories by what `update(x, g, memories)` returns.
///
/// `memory` holds all first memories, then all second ones. No instruction is contracted or reordered, so the
/// bits do not depend on the machine. The blocks pass through local arrays, which tells the compiler that
/// nothing overlaps; a last short block is filled up with zeros.
#[inline(always)]
pub(super) fn each<T: Real, const N: usize>(
    parameters: &mut [T],
    gradient: &[T],
    memory: &mut [T],
    update: impl Fn(T, T, [T; N]) -> (T, [T; N]),
) {
    pulp::Arch::new().dispatch(Each { parameters, gradient, memory, update });
}

/// The loop, for pulp to compile once for each kind of machine.
struct Each<'a, T, F, const N: usize> {
    parameters: &'a mut [T],
    gradient: &'a [T],
    memory: &'a mut [T],
    update: F,
}

impl<T: Real, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> pulp::NullaryFnOnce for Each<'_, T, F, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Each { parameters, gradient, memory, update } = self;
        let dim = parameters.len().min(gradient.len());
        let whole = dim - dim % BLOCK;
        let mut start = 0;
        while start < whole {
            // Every copy here has a constant length: a register or two, and no call.
            let mut x = [T::ZERO; BLOCK];
            let mut g = [T::ZERO; BLOCK];
            let mut m = [[T::ZERO; BLOCK]; N];
            x.copy_from_slice(&parameters[start..start + BLOCK]);
            g.copy_from_slice(&gradient[start..start + BLOCK]);
            for j in 0..N {
                m[j].copy_from_slice(&memory[j * dim + start..j * dim + start + BLOCK]);
            }
            block(&mut x, &g, &mut m, &update);
            parameters[start..start + BLOCK].copy_from_slice(&x);
            for j in 0..N {
                memory[j * dim + start..j * dim + start + BLOCK].copy_from_slice(&m[j]);
            }
            start += BLOCK;
        }
        if whole < dim {
            let rest = dim - whole;
            let mut x = [T::ZERO; BLOCK];
            let mut g = [T::ZERO; BLOCK];
            let mut m = [[T::ZERO; BLOCK]; N];
            x[..rest].copy_from_slice(&parameters[whole..dim]);
            g[..rest].copy_from_slice(&gradient[whole..dim]);
            for j in 0..N {
                m[j][..rest].copy_from_slice(&memory[j * dim + whole..(j + 1) * dim]);
            }
            block(&mut x, &g, &mut m, &update);
            parameters[whole..dim].copy_from_slice(&x[..rest]);
            for j in 0..N {
                memory[j * dim + whole..(j + 1) * dim].copy_from_slice(&m[j][..rest]);
            }
        }
    }
}

/// Updates one block.
#[inline(always)]
fn block<T: Real, const N: usize>(
    x: &mut [T; BLOCK],
    g: &[T; BLOCK],
    m: &mut [[T; BLOCK]; N],
    update: &impl Fn(T, T, [T; N]) -> (T, [T; N]),
) {
    for k in 0..BLOCK {
        let mut own = [T::ZERO; N];
        for j in 0..N {
            own[j] = m[j][k];
        }
        let (moved, own) = update(x[k], g[k], own);
        x[k] = moved;
        for j in 0..N {
            m[j][k] = own[j];
        }
    }
}
