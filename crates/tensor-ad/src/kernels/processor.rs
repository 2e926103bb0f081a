//! Which vector instructions the machine has, found once and passed to every kernel by value.

use core::fmt;

/// The vector instructions that the kernels may use.
///
/// A value is two bytes at most, is copied freely, and costs a kernel call one `match` and one call
/// (1 to 3 ns). Results do not depend on it: every kernel gives the same bits on every processor.
#[derive(Copy, Clone)]
pub struct Processor(Level);

#[derive(Copy, Clone)]
enum Level {
    /// What the crate was compiled for. On a plain x86-64 target `mul_add` is then a slow library call.
    Portable,
    #[cfg(target_arch = "x86_64")]
    V3(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    V4(pulp::x86::V4),
}

/// A piece of work that is compiled once for each level. `run` and all that it calls must be inlined.
pub(super) trait Work {
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
pub(super) trait VectorWork {
    fn run<S: pulp::Simd>(self, simd: S);
}

struct WithVectors<W>(W);

impl<W: VectorWork> pulp::WithSimd for WithVectors<W> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        self.0.run(simd);
    }
}

/// Out of line, so that the way to the other levels has no frame of this one's size to set up.
#[inline(never)]
fn portable<W: Work>(work: W) -> W::Output {
    work.run()
}

/// The same.
#[inline(never)]
fn portable_vectors<W: VectorWork>(work: W) {
    work.run(pulp::Scalar128b);
}

impl Processor {
    /// The best level of this machine: AVX-512 (x86-64-v4), AVX2 with FMA (x86-64-v3), or the portable one.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(v4) = pulp::x86::V4::try_new() {
                return Self(Level::V4(v4));
            }
            if let Some(v3) = pulp::x86::V3::try_new() {
                return Self(Level::V3(v3));
            }
        }
        Self::portable()
    }

    /// The level that runs everywhere. Slow on a plain x86-64 target; there it serves tests and old machines.
    pub fn portable() -> Self {
        Self(Level::Portable)
    }

    /// Every level that this machine can run, slowest first: for tests that compare their bits.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut levels = vec![Self::portable()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(pulp::x86::V3::try_new().map(|v3| Self(Level::V3(v3))));
            levels.extend(pulp::x86::V4::try_new().map(|v4| Self(Level::V4(v4))));
        }
        levels
    }

    /// `"portable"`, `"x86-64-v3"` or `"x86-64-v4"`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Level::V3(_) => "x86-64-v3",
            #[cfg(target_arch = "x86_64")]
            Level::V4(_) => "x86-64-v4",
        }
    }

    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) -> W::Output {
        match self.0 {
            Level::Portable => portable(work),
            #[cfg(target_arch = "x86_64")]
            Level::V3(v3) => v3.vectorize(Vectorized(work)),
            #[cfg(target_arch = "x86_64")]
            Level::V4(v4) => v4.vectorize(Vectorized(work)),
        }
    }

    #[inline(always)]
    pub(super) fn run_vectors<W: VectorWork>(self, work: W) {
        match self.0 {
            Level::Portable => portable_vectors(work),
            #[cfg(target_arch = "x86_64")]
            Level::V3(v3) => pulp::Simd::vectorize(v3, WithVectors(work)),
            #[cfg(target_arch = "x86_64")]
            Level::V4(v4) => pulp::Simd::vectorize(v4, WithVectors(work)),
        }
    }
}

impl fmt::Debug for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Processor({})", self.name())
    }
}
