//! Which vector instructions the machine has, found once and passed to every kernel by value.

use core::fmt;

use pulp::bytemuck::cast;

/// The vector instructions that the kernels may use.
///
/// A value is two bytes at most, is copied freely, and costs a kernel call one `match` and one call
/// (1 to 3 ns). Results do not depend on its level: every kernel gives the same bits on every processor.
#[derive(Copy, Clone)]
pub struct Processor {
    kind: Kind,
    sharing: bool,
}

#[derive(Copy, Clone)]
enum Kind {
    /// What the crate was compiled for. On a plain x86-64 target `mul_add` is then a slow library call.
    Portable,
    #[cfg(target_arch = "x86_64")]
    V3(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    V4(pulp::x86::V4),
}

/// A piece of work that is compiled once for each level. `run` and all that it calls must be inlined.
pub trait Work {
    type Output;
    fn run(self) -> Self::Output;
}

/// Hands a [`Work`] to pulp.
#[cfg(target_arch = "x86_64")]
struct Vectorized<W>(W);

#[cfg(target_arch = "x86_64")]
impl<W: Work> pulp::NullaryFnOnce for Vectorized<W> {
    type Output = W::Output;
    #[inline(always)]
    fn call(self) -> W::Output {
        self.0.run()
    }
}

/// [`Work`] that names the vector registers itself.
pub trait VectorWork {
    type Output;
    fn run<L: Level>(self, level: L) -> Self::Output;
}

/// [`VectorWork`] with its level.
struct At<W, L>(W, L);

impl<W: VectorWork, L: Level> Work for At<W, L> {
    type Output = W::Output;
    #[inline(always)]
    fn run(self) -> W::Output {
        self.0.run(self.1)
    }
}

/// What runs a piece of work: a [`Processor`], which finds out on which level, or a level that is known already.
pub trait Runner: Copy {
    fn run<W: Work>(self, work: W) -> W::Output;
    fn run_vectors<W: VectorWork>(self, work: W) -> W::Output;
}

/// A level that the compiler knows: within work that was dispatched already, the way to a kernel is a plain call.
pub trait Level: pulp::Simd + Runner {
    /// `a << 52`: the exponent of an `f64`.
    fn to_exponent_u64s(self, a: Self::u64s) -> Self::u64s;
    /// The lanes of each of four vectors, joined by halves; zeros where a vector is shorter than 64 bytes.
    #[inline(always)]
    fn sum_four_f64s(self, _: [Self::f64s; 4]) -> [f64; 4] {
        [0.0; 4]
    }
    /// The same.
    #[inline(always)]
    fn sum_four_f32s(self, _: [Self::f32s; 4]) -> [f32; 4] {
        [0.0; 4]
    }
    /// `a << 23`: the exponent of an `f32`.
    #[inline(always)]
    fn to_exponent_u32s(self, a: Self::u32s) -> Self::u32s {
        self.wrapping_dyn_shl_u32s(a, self.splat_u32s(23))
    }
}

impl Runner for pulp::Scalar128b {
    #[inline(always)]
    fn run<W: Work>(self, work: W) -> W::Output {
        portable(work)
    }
    #[inline(always)]
    fn run_vectors<W: VectorWork>(self, work: W) -> W::Output {
        portable(At(work, self))
    }
}
impl Level for pulp::Scalar128b {
    #[inline(always)]
    fn to_exponent_u64s(self, a: Self::u64s) -> Self::u64s {
        let a: [u64; 2] = cast(a);
        cast([a[0] << 52, a[1] << 52])
    }
}

#[cfg(target_arch = "x86_64")]
impl Runner for pulp::x86::V3 {
    #[inline(always)]
    fn run<W: Work>(self, work: W) -> W::Output {
        self.vectorize(Vectorized(work))
    }
    #[inline(always)]
    fn run_vectors<W: VectorWork>(self, work: W) -> W::Output {
        self.vectorize(Vectorized(At(work, self)))
    }
}
#[cfg(target_arch = "x86_64")]
impl Level for pulp::x86::V3 {
    #[inline(always)]
    fn to_exponent_u64s(self, a: Self::u64s) -> Self::u64s {
        cast(self.avx2._mm256_slli_epi64::<52>(cast(a)))
    }
}

#[cfg(target_arch = "x86_64")]
impl Runner for pulp::x86::V4 {
    #[inline(always)]
    fn run<W: Work>(self, work: W) -> W::Output {
        self.vectorize(Vectorized(work))
    }
    #[inline(always)]
    fn run_vectors<W: VectorWork>(self, work: W) -> W::Output {
        self.vectorize(Vectorized(At(work, self)))
    }
}
#[cfg(target_arch = "x86_64")]
impl Level for pulp::x86::V4 {
    #[inline(always)]
    fn sum_four_f64s(self, x: [Self::f64s; 4]) -> [f64; 4] {
        let Self { avx, .. } = self;
        let mut halves = [avx._mm256_setzero_pd(); 4];
        for i in 0..4 {
            let [low, high]: [pulp::f64x4; 2] = cast(x[i]);
            halves[i] = avx._mm256_add_pd(cast(low), cast(high));
        }
        // [a0 + a2, a1 + a3, b0 + b2, b1 + b3], and the same of the other two.
        let [a, b, c, d] = halves;
        let ab = avx._mm256_add_pd(
            avx._mm256_permute2f128_pd::<0x20>(a, b),
            avx._mm256_permute2f128_pd::<0x31>(a, b),
        );
        let cd = avx._mm256_add_pd(
            avx._mm256_permute2f128_pd::<0x20>(c, d),
            avx._mm256_permute2f128_pd::<0x31>(c, d),
        );
        let [a, c, b, d]: [f64; 4] =
            cast(avx._mm256_add_pd(avx._mm256_unpacklo_pd(ab, cd), avx._mm256_unpackhi_pd(ab, cd)));
        [a, b, c, d]
    }
    #[inline(always)]
    fn sum_four_f32s(self, x: [Self::f32s; 4]) -> [f32; 4] {
        let Self { sse, avx, .. } = self;
        let mut quarters = [sse._mm_setzero_ps(); 4];
        for i in 0..4 {
            let [low, high]: [pulp::f32x8; 2] = cast(x[i]);
            let [low, high]: [pulp::f32x4; 2] = cast(avx._mm256_add_ps(cast(low), cast(high)));
            quarters[i] = sse._mm_add_ps(cast(low), cast(high));
        }
        let [a, b, c, d] = quarters;
        let ab = sse._mm_add_ps(sse._mm_movelh_ps(a, b), sse._mm_movehl_ps(b, a));
        let cd = sse._mm_add_ps(sse._mm_movelh_ps(c, d), sse._mm_movehl_ps(d, c));
        cast(sse._mm_add_ps(
            sse._mm_shuffle_ps::<0b10_00_10_00>(ab, cd),
            sse._mm_shuffle_ps::<0b11_01_11_01>(ab, cd),
        ))
    }
    #[inline(always)]
    fn to_exponent_u64s(self, a: Self::u64s) -> Self::u64s {
        cast(self.avx512f._mm512_slli_epi64::<52>(cast(a)))
    }
}

/// Out of line, so that the way to the other levels has no frame of this one's size to set up.
#[inline(never)]
fn portable<W: Work>(work: W) -> W::Output {
    work.run()
}

impl Processor {
    /// The best level of this machine: AVX-512 (x86-64-v4), AVX2 with FMA (x86-64-v3), or the portable one.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(v4) = pulp::x86::V4::try_new() {
                return Self::of(Kind::V4(v4));
            }
            if let Some(v3) = pulp::x86::V3::try_new() {
                return Self::of(Kind::V3(v3));
            }
        }
        Self::portable()
    }

    /// The level that runs everywhere. Slow on a plain x86-64 target; there it serves tests and old machines.
    pub fn portable() -> Self {
        Self::of(Kind::Portable)
    }

    fn of(kind: Kind) -> Self {
        Self { kind, sharing: false }
    }

    /// Whether large products and triangular solves are shared among the threads of the caller's `rayon` pool, in panels that follow
    /// from their sizes alone: the same bits on any number of threads, and other bits, within rounding, than without. Not unless asked.
    #[must_use]
    pub fn sharing(self, sharing: bool) -> Self {
        Self { sharing, ..self }
    }

    /// In how many panels a product of `[m, k, n]` in numbers of so many bytes is done.
    pub(super) fn panels(self, size: [usize; 3], bytes: usize) -> usize {
        if self.sharing { super::panels(size, bytes) } else { 1 }
    }

    /// Every level that this machine can run, slowest first: for tests that compare their bits.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = vec![Self::portable()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(pulp::x86::V3::try_new().map(|v3| Self::of(Kind::V3(v3))));
            levels.extend(pulp::x86::V4::try_new().map(|v4| Self::of(Kind::V4(v4))));
        }
        levels
    }

    /// `"portable"`, `"x86-64-v3"` or `"x86-64-v4"`.
    pub fn name(self) -> &'static str {
        match self.kind {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::V3(_) => "x86-64-v3",
            #[cfg(target_arch = "x86_64")]
            Kind::V4(_) => "x86-64-v4",
        }
    }
}

impl Processor {
    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) -> W::Output {
        Runner::run(self, work)
    }

    #[inline(always)]
    pub(super) fn run_vectors<W: VectorWork>(self, work: W) -> W::Output {
        Runner::run_vectors(self, work)
    }
}

impl Runner for Processor {
    #[inline(always)]
    fn run<W: Work>(self, work: W) -> W::Output {
        match self.kind {
            Kind::Portable => pulp::Scalar128b.run(work),
            #[cfg(target_arch = "x86_64")]
            Kind::V3(v3) => Runner::run(v3, work),
            #[cfg(target_arch = "x86_64")]
            Kind::V4(v4) => Runner::run(v4, work),
        }
    }

    #[inline(always)]
    fn run_vectors<W: VectorWork>(self, work: W) -> W::Output {
        match self.kind {
            Kind::Portable => pulp::Scalar128b.run_vectors(work),
            #[cfg(target_arch = "x86_64")]
            Kind::V3(v3) => v3.run_vectors(work),
            #[cfg(target_arch = "x86_64")]
            Kind::V4(v4) => v4.run_vectors(work),
        }
    }
}

impl fmt::Debug for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Processor({})", self.name())
    }
}
