//! `Passes`: which of the compiler's passes run; each can be switched off.

use std::fmt;

/// One pass of the compiler. None changes what is computed beyond rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pass {
    /// What users write, rewritten to the form that keeps accuracy and range: see [`stable_forms`](crate::stable_forms).
    StableForms,
    /// What the step of a scan computes from its sequences alone, computed for all steps at once where it is not much larger than they are.
    /// Switched off, every step computes its own share.
    Hoisting,
    /// Equal nodes made one. Switched off, only what is the same [`Expr`](crate::Expr) is computed once.
    CommonSubexpressions,
    /// Constants computed, neutral elements and double negations removed, `x·x` a square, movements joined.
    Folding,
    /// Nodes that no output needs dropped. Switched off, they are computed, and inputs that only they read must be given.
    DeadCode,
    /// Elementwise forms of two and three operands in one instruction, with a sum at their end; a product and the `tanh` after it, both gradients of a
    /// small dense layer, the Bernoulli likelihood of logits with its slope, sums of squares that lie side by side.
    Fusion,
    /// Memory assigned by life span, concatenations built in place, results written over operands that die. Switched off, each
    /// intermediate has its own.
    MemoryReuse,
    /// One long axis streamed in blocks that stay in the cache. Switched off, whole arrays are computed one after another.
    Streaming,
    /// The rows of a long streamed axis in groups, and large products and triangular solves in panels, that threads share, where the work
    /// pays for them. Switched off, one thread runs them all.
    Threads,
}

impl Pass {
    /// All passes, in the order in which they act.
    pub const ALL: [Pass; 9] = [
        Pass::StableForms,
        Pass::Hoisting,
        Pass::CommonSubexpressions,
        Pass::Folding,
        Pass::DeadCode,
        Pass::Fusion,
        Pass::MemoryReuse,
        Pass::Streaming,
        Pass::Threads,
    ];

    /// The name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Pass::StableForms => "stable forms",
            Pass::Hoisting => "hoisting",
            Pass::CommonSubexpressions => "common subexpressions",
            Pass::Folding => "folding",
            Pass::DeadCode => "dead code",
            Pass::Fusion => "fusion",
            Pass::MemoryReuse => "memory reuse",
            Pass::Streaming => "streaming",
            Pass::Threads => "threads",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The set of passes that run when a plan is compiled: all of them, unless told otherwise.
///
/// For tests of a pass, for reading what it does to a graph, and for finding out which one is to blame.
///
/// ```
/// use elbo_tensor_ad::{Expr, Pass, Passes, Plan};
///
/// let x = Expr::input("x", ["n"]);
/// let y = (x.exp() + x.exp()).sum();
/// let nodes = |passes| Ok::<_, elbo_tensor_ad::Error>(Plan::<f64>::compile_with(&[y.clone()], &passes)?.graph().nodes().len());
/// assert_eq!(nodes(Passes::all())?, 4);                                     // x, exp x, the sum of both, the sum
/// assert_eq!(nodes(Passes::all().without(Pass::CommonSubexpressions))?, 5); // exp x twice
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Passes(u16);

impl Passes {
    /// Every pass.
    pub fn all() -> Self {
        Pass::ALL.into_iter().fold(Self::none(), Self::with)
    }

    /// No pass: the expressions as they are written.
    pub fn none() -> Self {
        Passes(0)
    }

    /// These and another one.
    #[must_use]
    pub fn with(self, pass: Pass) -> Self {
        Passes(self.0 | pass.bit())
    }

    /// These but for one.
    #[must_use]
    pub fn without(self, pass: Pass) -> Self {
        Passes(self.0 & !pass.bit())
    }

    /// True when the pass runs.
    pub fn has(self, pass: Pass) -> bool {
        self.0 & pass.bit() != 0
    }
}

impl Default for Passes {
    fn default() -> Self {
        Self::all()
    }
}

impl fmt::Debug for Passes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Pass::ALL.into_iter().filter(|&p| self.has(p))).finish()
    }
}
