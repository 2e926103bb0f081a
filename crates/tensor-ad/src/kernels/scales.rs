//! The scales of independent normals, as variational families hold them: `softplus` of free numbers, and what a gradient needs of it.

use super::lane::Lane;
use super::processor::{Runner, Work};
use super::reduce::sum_ln_of_lanes;

struct Scales<'a, T> {
    x: &'a [T],
    scale: &'a mut [T],
    slope: &'a mut [T],
    ratio: &'a mut [T],
}

impl<T: Lane> Work for Scales<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        if T::LANES == 16 { scales::<T, 16>(self) } else { scales::<T, 8>(self) }
    }
}

#[inline(always)]
fn scales<T: Lane, const L: usize>(Scales { x, scale, slope, ratio }: Scales<'_, T>) -> T {
    #[inline(always)]
    fn body<T: Lane>(x: &[T], scale: &mut [T], slope: &mut [T], ratio: &mut [T]) {
        let n = x.len();
        let (scale, slope, ratio) = (&mut scale[..n], &mut slope[..n], &mut ratio[..n]);
        for i in 0..n {
            let (softplus, sigmoid) = x[i].softplus_and_sigmoid_lane();
            scale[i] = softplus;
            slope[i] = sigmoid;
            ratio[i] = sigmoid / softplus;
        }
    }
    let n = x.len();
    let whole = n / L * L;
    body(&x[..whole], scale, slope, ratio);
    if whole < n {
        // The last vector begins among the numbers before it, which get the same results once more.
        let first = n.saturating_sub(L);
        body(&x[first..], &mut scale[first..], &mut slope[first..], &mut ratio[first..]);
    }
    sum_ln_of_lanes::<T, L>(scale)
}

/// `scale = softplus(x)`, `slope = sigmoid(x)`, `ratio = slope / scale`, and the sum of the logarithms of the scales.
pub(super) fn softplus_scales<T: Lane>(
    p: impl Runner,
    x: &[T],
    scale: &mut [T],
    slope: &mut [T],
    ratio: &mut [T],
) -> T {
    p.run(Scales { x, scale, slope, ratio })
}
