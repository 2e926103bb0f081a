//! Eigenvalues and eigenvectors of a small symmetric matrix: Householder's reduction to three diagonals, then the QL
//! method with implicit shifts (`tred2` and `tql2` of EISPACK; Bowdler, Martin, Reinsch and Wilkinson 1968).

use super::super::lane::Lane;
use super::eliminate::{dot, subtract_scaled};

/// Steps for one eigenvalue; two or three are usual.
const STEPS: usize = 60;

/// `out`, `n + 1` by `n`: the values ascending, under each its vector. `spare` holds `2 n`.
#[inline(always)]
pub(super) fn symmetric<T: Lane>(n: usize, a: &[T], out: &mut [T], spare: &mut [T]) -> Result<(), usize> {
    let (d, w) = out.split_at_mut(n);
    let (e, other) = spare.split_at_mut(n);
    // Vectors as rows, while they are turned: everything that is combined is contiguous.
    let mut finite = true;
    for i in 0..n {
        for j in 0..i + 1 {
            let x = a[i * n + j];
            finite &= x.abs_lane() < T::HIGHEST;
            w[i * n + j] = x;
            w[j * n + i] = x;
        }
    }
    if !finite {
        let nan = T::HIGHEST + T::LOWEST;
        out.fill(nan);
        return Ok(());
    }
    if n == 0 {
        return Ok(());
    }
    reduce(n, w, d, e, other);
    settle(n, w, d, e)?;
    sort(n, w, d);
    finish(n, w);
    Ok(())
}

/// Vectors as rows to vectors as columns, each told from its opposite.
#[inline(always)]
pub(super) fn finish<T: Lane>(n: usize, w: &mut [T]) {
    for j in 0..n {
        point(&mut w[j * n..(j + 1) * n]);
    }
    for i in 0..n {
        for j in 0..i {
            w.swap(i * n + j, j * n + i);
        }
    }
}

/// The sign by which a vector is told from its opposite.
#[inline(always)]
fn point<T: Lane>(v: &mut [T]) {
    let mut largest = T::NIL;
    for i in 0..v.len() {
        if v[i].abs_lane() > largest {
            largest = v[i].abs_lane();
        }
    }
    // Three quarters: components of equal size, which are common, differ by rounding and must not decide.
    let half = T::UNIT / (T::UNIT + T::UNIT);
    let enough = (half + half * half) * largest;
    for i in 0..v.len() {
        if v[i].abs_lane() >= enough {
            if v[i] < T::NIL {
                for l in 0..v.len() {
                    v[l] = -v[l];
                }
            }
            return;
        }
    }
}

/// `√(a² + b²)` without overflow.
#[inline(always)]
fn hypotenuse<T: Lane>(a: T, b: T) -> T {
    let (a, b) = (a.abs_lane(), b.abs_lane());
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    if large == T::NIL {
        return T::NIL;
    }
    let r = small / large;
    large * r.fused(r, T::UNIT).sqrt_lane()
}

/// To three diagonals, `d` and `e` (from `e[1]`), the reflections collected in the rows of `w`.
#[inline(always)]
fn reduce<T: Lane>(n: usize, w: &mut [T], d: &mut [T], e: &mut [T], turn: &mut [T]) {
    // `w[j * n + i]` is the element in row `i` and column `j` of the matrix that is reduced.
    for j in 0..n {
        d[j] = w[j * n + n - 1];
    }
    for i in (1..n).rev() {
        let mut scale = T::NIL;
        for k in 0..i {
            scale += d[k].abs_lane();
        }
        let mut h = T::NIL;
        if scale == T::NIL {
            e[i] = d[i - 1];
            for j in 0..i {
                d[j] = w[j * n + i - 1];
                w[j * n + i] = T::NIL;
                w[i * n + j] = T::NIL;
            }
        } else {
            for k in 0..i {
                d[k] = d[k] / scale;
                h = d[k].fused(d[k], h);
            }
            let f = d[i - 1];
            let mut g = h.sqrt_lane();
            if f > T::NIL {
                g = -g;
            }
            e[i] = scale * g;
            h = h - f * g;
            d[i - 1] = f - g;
            for j in 0..i {
                e[j] = T::NIL;
            }
            for j in 0..i {
                let f = d[j];
                w[i * n + j] = f;
                let column = &w[j * n..j * n + i];
                let g = column[j].fused(f, e[j]) + dot(&column[j + 1..], &d[j + 1..i]);
                subtract_scaled(-f, &column[j + 1..], &mut e[j + 1..i]);
                e[j] = g;
            }
            let mut f = T::NIL;
            for j in 0..i {
                e[j] = e[j] / h;
                f = e[j].fused(d[j], f);
            }
            let half = f / (h + h);
            subtract_scaled(half, &d[..i], &mut e[..i]);
            for j in 0..i {
                let (f, g) = (d[j], e[j]);
                let column = &mut w[j * n..(j + 1) * n];
                subtract_scaled(f, &e[j..i], &mut column[j..i]);
                subtract_scaled(g, &d[j..i], &mut column[j..i]);
                d[j] = column[i - 1];
                column[i] = T::NIL;
            }
        }
        d[i] = h;
    }
    for i in 0..n - 1 {
        w[i * n + n - 1] = w[i * n + i];
        w[i * n + i] = T::UNIT;
        let h = d[i + 1];
        let (before, rest) = w.split_at_mut((i + 1) * n);
        let reflection = &mut rest[..i + 1];
        if h != T::NIL {
            for k in 0..i + 1 {
                turn[k] = reflection[k] / h;
            }
            for j in 0..i + 1 {
                let column = &mut before[j * n..j * n + i + 1];
                let g = dot(reflection, column);
                subtract_scaled(g, &turn[..i + 1], column);
            }
        }
        for k in 0..i + 1 {
            reflection[k] = T::NIL;
        }
    }
    for j in 0..n {
        d[j] = w[j * n + n - 1];
        w[j * n + n - 1] = T::NIL;
    }
    w[n * n - 1] = T::UNIT;
    e[0] = T::NIL;
}

/// The three diagonals to one, the rows of `w` turned alike.
#[inline(always)]
fn settle<T: Lane>(n: usize, w: &mut [T], d: &mut [T], e: &mut [T]) -> Result<(), usize> {
    let two = T::UNIT + T::UNIT;
    for i in 1..n {
        e[i - 1] = e[i];
    }
    e[n - 1] = T::NIL;
    let (mut shift, mut size) = (T::NIL, T::NIL);
    for l in 0..n {
        let here = d[l].abs_lane() + e[l].abs_lane();
        if here > size {
            size = here;
        }
        // No longer seen beside the largest.
        let mut m = l;
        while m + 1 < n && size + e[m].abs_lane() != size {
            m += 1;
        }
        let mut steps = 0;
        let mut unsettled = m > l;
        while unsettled {
            if steps == STEPS {
                return Err(l);
            }
            steps += 1;
            let g = d[l];
            let p = (d[l + 1] - g) / (two * e[l]);
            let mut r = hypotenuse(p, T::UNIT);
            if p < T::NIL {
                r = -r;
            }
            d[l] = e[l] / (p + r);
            d[l + 1] = e[l] * (p + r);
            let next = d[l + 1];
            let h = g - d[l];
            for i in l + 2..n {
                d[i] = d[i] - h;
            }
            shift += h;
            let mut p = d[m];
            let (mut c, mut c2, mut c3) = (T::UNIT, T::UNIT, T::UNIT);
            let below = e[l + 1];
            let (mut s, mut s2) = (T::NIL, T::NIL);
            for i in (l..m).rev() {
                c3 = c2;
                c2 = c;
                s2 = s;
                let g = c * e[i];
                let h = c * p;
                let r = hypotenuse(p, e[i]);
                e[i + 1] = s * r;
                s = e[i] / r;
                c = p / r;
                p = c * d[i] - s * g;
                d[i + 1] = h + s * (c * g + s * d[i]);
                let (first, second) = w[i * n..(i + 2) * n].split_at_mut(n);
                for k in 0..n {
                    let (x, y) = (first[k], second[k]);
                    second[k] = s.fused(x, c * y);
                    first[k] = c.fused(x, -(s * y));
                }
            }
            let p = -s * s2 * c3 * below * e[l] / next;
            e[l] = s * p;
            d[l] = c * p;
            unsettled = size + e[l].abs_lane() != size;
        }
        d[l] += shift;
        e[l] = T::NIL;
    }
    Ok(())
}

/// Ascending, by exchanging whole rows.
#[inline(always)]
fn sort<T: Lane>(n: usize, w: &mut [T], d: &mut [T]) {
    for i in 0..n {
        let mut least = i;
        for j in i + 1..n {
            if d[j] < d[least] {
                least = j;
            }
        }
        if least != i {
            d.swap(i, least);
            let (head, tail) = w.split_at_mut(least * n);
            let (a, b) = (&mut head[i * n..(i + 1) * n], &mut tail[..n]);
            for k in 0..n {
                core::mem::swap(&mut a[k], &mut b[k]);
            }
        }
    }
}
