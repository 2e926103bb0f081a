//! The loops over slices, compiled once for each function and each kind of operand.

use super::super::lane::Lane;
use super::super::processor::Work;
use super::functions::{Function1, Function2, Function3};
use super::source::Source;

/// How many elements are done before the rare ones among them are looked for.
const BLOCK: usize = 64;

/// Puts right the elements whose arguments are rare.
#[inline(always)]
fn mend1<T: Lane, F: Function1<T>>(f: &F, x: &[T], out: &mut [T]) {
    let mut any = false;
    for i in 0..x.len() {
        any |= f.is_rare(x[i]);
    }
    if any {
        for i in 0..x.len() {
            if f.is_rare(x[i]) {
                out[i] = f.rare(x[i]);
            }
        }
    }
}

/// The same for two arguments.
#[inline(always)]
fn mend2<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>>(f: &F, a: A, b: B, out: &mut [T]) {
    let mut any = false;
    for i in 0..out.len() {
        any |= f.is_rare(a.get(i), b.get(i));
    }
    if any {
        for i in 0..out.len() {
            if f.is_rare(a.get(i), b.get(i)) {
                out[i] = f.rare(a.get(i), b.get(i));
            }
        }
    }
}

pub(super) struct Map1<'a, T, F> {
    pub(super) f: F,
    pub(super) x: &'a [T],
    pub(super) out: &'a mut [T],
}
impl<T: Lane, F: Function1<T>> Work for Map1<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function1<T>>(f: &F, x: &[T], out: &mut [T]) {
            let n = x.len_or(out.len());
            let (x, out) = (&x[..n], &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(x[i]);
            }
        }
        if F::HAS_RARE {
            let n = self.x.len_or(self.out.len());
            let mut start = 0;
            while start < n {
                let end = if n - start < BLOCK { n } else { start + BLOCK };
                let (x, out) = (&self.x[start..end], &mut self.out[start..end]);
                body(&self.f, x, out);
                mend1(&self.f, x, out);
                start = end;
            }
        } else {
            body(&self.f, self.x, self.out);
        }
    }
}

pub(super) struct Map1InPlace<'a, T, F> {
    pub(super) f: F,
    pub(super) x: &'a mut [T],
}
impl<T: Lane, F: Function1<T>> Work for Map1InPlace<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for i in 0..self.x.len() {
            self.x[i] = self.f.at(self.x[i]);
        }
    }
}

pub(super) struct Map2<'a, T, F, A, B> {
    pub(super) f: F,
    pub(super) a: A,
    pub(super) b: B,
    pub(super) out: &'a mut [T],
}
impl<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>> Work for Map2<'_, T, F, A, B> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>>(f: &F, a: A, b: B, out: &mut [T]) {
            let n = b.len_or(a.len_or(out.len()));
            let (a, b, out) = (a.clamp(n), b.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(a.get(i), b.get(i));
            }
        }
        if F::HAS_RARE {
            let n = self.b.len_or(self.a.len_or(self.out.len()));
            let mut start = 0;
            while start < n {
                let end = if n - start < BLOCK { n } else { start + BLOCK };
                let (a, b, out) =
                    (self.a.part(start, end), self.b.part(start, end), &mut self.out[start..end]);
                body(&self.f, a, b, out);
                mend2(&self.f, a, b, out);
                start = end;
            }
        } else {
            body(&self.f, self.a, self.b, self.out);
        }
    }
}

/// `out[i] = f(out[i], b[i])`.
pub(super) struct Map2InPlace<'a, T, F, B> {
    pub(super) f: F,
    pub(super) out: &'a mut [T],
    pub(super) b: B,
}
impl<T: Lane, F: Function2<T>, B: Source<T>> Work for Map2InPlace<'_, T, F, B> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function2<T>, B: Source<T>>(f: &F, b: B, out: &mut [T]) {
            let n = b.len_or(out.len());
            let (b, out) = (b.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(out[i], b.get(i));
            }
        }
        body(&self.f, self.b, self.out);
    }
}

pub(super) struct Map3<'a, T, F, A, B, C> {
    pub(super) f: F,
    pub(super) a: A,
    pub(super) b: B,
    pub(super) c: C,
    pub(super) out: &'a mut [T],
}
impl<T: Lane, F: Function3<T>, A: Source<T>, B: Source<T>, C: Source<T>> Work for Map3<'_, T, F, A, B, C> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function3<T>, A: Source<T>, B: Source<T>, C: Source<T>>(
            f: &F,
            a: A,
            b: B,
            c: C,
            out: &mut [T],
        ) {
            let n = c.len_or(b.len_or(a.len_or(out.len())));
            let (a, b, c, out) = (a.clamp(n), b.clamp(n), c.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(a.get(i), b.get(i), c.get(i));
            }
        }
        body(&self.f, self.a, self.b, self.c, self.out);
    }
}
