//! `Workspace`: a bound plan with memory of its own.

use std::sync::Arc;

use super::instr::{Instr, Program};
use super::views::Layout;
use crate::kernels::{Processor, Routine, Scratch};
use crate::{Error, Real};

/// The size and layout of one input at a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The length of each axis.
    pub shape: &'a [usize],
    /// The order of the elements in the slice.
    pub layout: Layout,
}

impl<'a> Binding<'a> {
    /// An input whose last axis varies fastest.
    pub fn row_major(shape: &'a [usize]) -> Self {
        Binding { shape, layout: Layout::RowMajor }
    }

    /// An input whose first axis varies fastest: read without copying by a plan that streams over it.
    pub fn columns(shape: &'a [usize]) -> Self {
        Binding { shape, layout: Layout::Columns }
    }
}

/// A plan bound to sizes, with memory of its own: run it as often as is wanted, allocating nothing.
///
/// Made by [`Plan::bind`](crate::Plan::bind). A clone shares the program and has its own memory: one for each caller at a time.
///
/// Where the rows are so many that threads pay (from about 0.2 ms a run on), they are done in groups on the threads of the `rayon` pool that the
/// caller is in, or of the global one; so are large products and triangular solves, in panels, where faer does them. Groups and panels follow
/// from the sizes alone: the bits do not hang on the number of threads. A pool of one
/// thread, or a plan without [`Pass::Threads`](crate::Pass::Threads), keeps to one.
#[derive(Debug)]
pub struct Workspace<T: Real = f64> {
    program: Arc<Program>,
    arena: Arena<T>,
    /// The memory of the groups of rows but the first.
    others: Vec<Arena<T>>,
    scratch: Scratch,
    processor: Processor,
}

/// The memory of a program, from the start of a cache line on: a vector of 64 bytes that straddles two lines costs
/// twice.
#[derive(Debug)]
pub struct Arena<T> {
    memory: Vec<T>,
    start: usize,
    length: usize,
}

/// A cache line.
const LINE_BYTES: usize = 64;

/// The bytes of a workspace for this program.
pub(super) fn bytes<T: Real>(program: &Program) -> usize {
    program.elements() * size_of::<T>() + program.arenas() * LINE_BYTES
}

/// So many zeros, or [`Error::TooLarge`] when there is no memory for them.
pub(super) fn zeros<T: Real>(length: usize) -> Result<Vec<T>, Error> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(length).map_err(|_| Error::TooLarge)?;
    memory.resize(length, T::ZERO);
    Ok(memory)
}

impl<T: Real> Arena<T> {
    fn new(length: usize) -> Result<Self, Error> {
        let spare = LINE_BYTES / size_of::<T>();
        let memory: Vec<T> = zeros(length + spare)?;
        // Where a line starts is known to the running program only; anywhere is right.
        let start = memory.as_ptr().align_offset(LINE_BYTES).min(spare);
        Ok(Arena { memory, start, length })
    }

    pub(super) fn elements(&self) -> &[T] {
        &self.memory[self.start..self.start + self.length]
    }

    #[inline]
    pub(super) fn elements_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

impl<T: Real> Clone for Arena<T> {
    fn clone(&self) -> Self {
        let memory = vec![T::ZERO; self.memory.len()];
        let start = memory.as_ptr().align_offset(LINE_BYTES).min(memory.len() - self.length);
        let mut arena = Arena { memory, start, length: self.length };
        arena.elements_mut().copy_from_slice(self.elements());
        arena
    }
}

impl<T: Real> Clone for Workspace<T> {
    fn clone(&self) -> Self {
        Workspace {
            program: self.program.clone(),
            arena: self.arena.clone(),
            others: self.others.clone(),
            scratch: scratch::<T>(&self.program),
            processor: self.processor,
        }
    }
}

/// What the factorisations of a program work in.
fn scratch<T: Real>(program: &Program) -> Scratch {
    fn collect(instrs: &[Instr], found: &mut Vec<(Routine, [usize; 2])>) {
        for instr in instrs {
            match instr {
                Instr::Dense(work) => found.push((work.routine, work.size)),
                Instr::Scan(scan) => collect(&scan.body, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    program.phases.iter().for_each(|p| collect(&p.instrs, &mut found));
    T::scratch(&found)
}

impl<T: Real> Workspace<T> {
    pub(super) fn new(program: Program) -> Result<Self, Error> {
        let mut arena = Arena::new(program.arena)?;
        for (at, values) in &program.constants {
            for (slot, &value) in arena.elements_mut()[*at..].iter_mut().zip(values) {
                *slot = T::from_f64(value);
            }
        }
        let scratch = scratch::<T>(&program);
        let groups = program.groups.as_ref().map_or(1, |g| g.count);
        let others = (1..groups).map(|_| Arena::new(program.arena)).collect::<Result<_, _>>()?;
        Ok(Workspace { program: Arc::new(program), arena, others, scratch, processor: Processor::detect() })
    }

    /// The same workspace on other vector instructions, for tests: the results are the same bits.
    #[must_use]
    pub fn on(mut self, processor: Processor) -> Self {
        self.processor = processor;
        self
    }

    /// The lengths of the axes of each output.
    pub fn output_shapes(&self) -> &[Vec<usize>] {
        &self.program.output_shapes
    }

    /// The memory that the workspace holds, in bytes.
    pub fn bytes(&self) -> usize {
        let elements =
            std::iter::once(&self.arena).chain(&self.others).map(|a| a.memory.len()).sum::<usize>();
        elements * size_of::<T>()
    }

    /// Runs the plan: `inputs` in the order of [`Plan::inputs`](crate::Plan::inputs), in the layout
    /// and of the length that they were bound with; results are written to `outputs`, row-major.
    ///
    /// # Errors
    /// [`Error::BufferCount`] and [`Error::BufferLength`] when a slice is missing or of another
    /// length; [`Error::LookUp`] when an index is not a row of its table; [`Error::NotPositiveDefinite`],
    /// [`Error::Singular`] when a matrix cannot be factored. The workspace can be used again.
    pub fn run(&mut self, inputs: &[&[T]], outputs: &mut [&mut [T]]) -> Result<(), Error> {
        let program = &*self.program;
        let count = |what, expected, found| {
            if expected == found { Ok(()) } else { Err(Error::BufferCount { what, expected, found }) }
        };
        count("input", program.input_lengths.len(), inputs.len())?;
        count("output", program.output_shapes.len(), outputs.len())?;
        for (index, (&expected, slice)) in program.input_lengths.iter().zip(inputs).enumerate() {
            if slice.len() != expected {
                return Err(Error::BufferLength { what: "input", index, expected, found: slice.len() });
            }
        }
        for (index, (shape, slice)) in program.output_shapes.iter().zip(outputs.iter()).enumerate() {
            let expected = shape.iter().product();
            if slice.len() != expected {
                return Err(Error::BufferLength { what: "output", index, expected, found: slice.len() });
            }
        }
        let (arena, scratch) = (self.arena.elements_mut(), &mut self.scratch);
        T::execute(self.processor, program, arena, &mut self.others, inputs, outputs, scratch)
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }
}
