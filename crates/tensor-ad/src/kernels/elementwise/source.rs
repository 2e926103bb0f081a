//! Where a loop reads its operands: a slice, or the same number throughout.

/// A source of elements whose kind is known to the compiler.
pub(super) trait Source<T>: Copy {
    fn clamp(self, n: usize) -> Self;
    fn part(self, start: usize, end: usize) -> Self;
    fn len_or(self, n: usize) -> usize;
    fn get(self, i: usize) -> T;
}
impl<T: Copy> Source<T> for &[T] {
    #[inline(always)]
    fn clamp(self, n: usize) -> Self {
        &self[..n]
    }
    #[inline(always)]
    fn part(self, start: usize, end: usize) -> Self {
        &self[start..end]
    }
    #[inline(always)]
    fn len_or(self, n: usize) -> usize {
        if self.len() < n { self.len() } else { n }
    }
    #[inline(always)]
    fn get(self, i: usize) -> T {
        self[i]
    }
}
#[derive(Copy, Clone)]
pub(super) struct Constant<T>(pub(super) T);
impl<T: Copy> Source<T> for Constant<T> {
    #[inline(always)]
    fn clamp(self, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn part(self, _: usize, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn len_or(self, n: usize) -> usize {
        n
    }
    #[inline(always)]
    fn get(self, _: usize) -> T {
        self.0
    }
}
