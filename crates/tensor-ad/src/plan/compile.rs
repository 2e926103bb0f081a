//! `Plan`: a compiled expression, immutable and shared between threads.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use super::lower;
use super::schedule::Schedule;
use super::workspace::{Binding, Workspace};
use crate::dim::Shape;
use crate::graph::{Graph, Sizes};
use crate::op::Op;
use crate::passes::{Pass, Passes};
use crate::{Array, Error, Expr, Layout, Real};

/// One input of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The name.
    pub name: Arc<str>,
    /// The shape, with its named axes.
    pub shape: Shape,
}

/// Expressions compiled for a number type: simplified, fused, scheduled; immutable, `Send + Sync`.
///
/// A plan has no memory of its own and holds no data. [`bind`](Self::bind) gives it the sizes of a
/// call and returns a [`Workspace`], one for each thread, which runs it as often as is wanted
/// without allocating.
///
/// ```
/// use elbo_tensor_ad::{Array, Binding, Expr, Plan, grad};
///
/// let x = Expr::input("x", ["obs", "feature"]);
/// let w = Expr::input("w", [2]);
/// let loss = x.matmul(&w).tanh().square().sum();
/// let slope = grad(&loss, &[w])?.remove(0);
/// let plan = Plan::<f64>::compile(&[loss, slope])?;
///
/// // Bind once to the sizes (inputs in the order of `plan.inputs()`), then run without allocating.
/// let mut workspace = plan.bind(&[Binding::row_major(&[3, 2]), Binding::row_major(&[2])])?;
/// let (data, weights) = ([1.0, 2.0, 0.5, -1.0, 0.0, 1.0], [0.1, 0.2]);
/// let (mut value, mut gradient) = ([0.0], [0.0; 2]);
/// workspace.run(&[&data, &weights], &mut [&mut value, &mut gradient])?;
///
/// // Or, once in a while, in one call.
/// let (data, weights) = (Array::new([3, 2], data.to_vec())?, Array::vector(weights.to_vec()));
/// assert_eq!(plan.call(&[("x", &data), ("w", &weights)])?[0].data(), value);
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan<T: Real = f64> {
    pub(super) graph: Graph,
    pub(super) schedule: Schedule,
    pub(super) inputs: Vec<Input>,
    /// The names of all inputs of the expressions, those that simplification removed included.
    declared: Vec<Arc<str>>,
    pub(super) passes: Passes,
    number: PhantomData<T>,
}

impl<T: Real> Plan<T> {
    /// Compiles these expressions into one plan; what they share is computed once.
    ///
    /// # Errors
    /// The first shape mistake in the expressions, with its source line; names of sizes, or inputs,
    /// that contradict each other.
    pub fn compile(outputs: &[Expr]) -> Result<Self, Error> {
        Self::compile_with(outputs, &Passes::all())
    }

    /// Compiles without simplifying first: for tests of the simplifier.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_unsimplified(outputs: &[Expr]) -> Result<Self, Error> {
        Self::compile_with(outputs, &Passes::all().without(Pass::StableForms).without(Pass::Folding))
    }

    /// Compiles with these passes only.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_with(outputs: &[Expr], passes: &Passes) -> Result<Self, Error> {
        let graph = Graph::with_passes(outputs, passes)?;
        let declared = Expr::inputs_of(outputs);
        let tasks = super::fuse::tasks(&graph, passes);
        let schedule = Schedule::new(&graph, tasks, passes);
        let inputs = graph
            .nodes()
            .iter()
            .filter_map(|n| match &n.op {
                Op::Input(name) => Some(Input { name: name.clone(), shape: n.shape.clone() }),
                _ => None,
            })
            .collect();
        Ok(Plan { graph, schedule, inputs, declared, passes: *passes, number: PhantomData })
    }

    /// The inputs, in the order in which [`bind`](Self::bind) and [`Workspace::run`] take them. An
    /// input that no output depends on is not among them.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The position of an input by name.
    pub fn input(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|i| &*i.name == name)
    }

    /// The passes that it was compiled with.
    pub fn passes(&self) -> Passes {
        self.passes
    }

    /// The simplified graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The name of the axis that the plan streams over, if there is one. At sizes that give some value more than 262,144 columns besides that axis,
    /// [`bind`](Self::bind) computes whole arrays all the same.
    pub fn streamed_axis(&self) -> Option<String> {
        self.schedule.stream.as_ref().map(ToString::to_string)
    }

    /// Binds the plan to the sizes of its inputs: assigns memory, chooses kernels.
    ///
    /// # Errors
    /// [`Error::BufferCount`] for another number of inputs; [`Error::InputShape`] and
    /// [`Error::SizeConflict`] for shapes that do not fit; [`Error::Shape`] where a slice goes beyond the end of an axis with a
    /// name; [`Error::UnboundSize`] for a name that no input has; [`Error::TooLarge`].
    pub fn bind(&self, inputs: &[Binding<'_>]) -> Result<Workspace<T>, Error> {
        let sizes = self.sizes(inputs)?;
        let schedule = self.schedule_at(&sizes)?;
        let program = lower::program(&self.graph, &schedule, &sizes, inputs, size_of::<T>(), self.passes)?;
        Workspace::new(program)
    }

    /// The schedule for these sizes.
    pub(super) fn schedule_at(&self, sizes: &Sizes) -> Result<Cow<'_, Schedule>, Error> {
        Ok(if self.schedule.too_wide(&self.graph, sizes)? {
            Cow::Owned(self.schedule.whole(&self.graph, &self.passes))
        } else {
            Cow::Borrowed(&self.schedule)
        })
    }

    /// The lengths of all axes, read off the inputs.
    pub(super) fn sizes(&self, inputs: &[Binding<'_>]) -> Result<Sizes, Error> {
        if inputs.len() != self.inputs.len() {
            return Err(Error::BufferCount {
                what: "input",
                expected: self.inputs.len(),
                found: inputs.len(),
            });
        }
        let mut sizes = self.graph.sizes().clone();
        for (input, binding) in self.inputs.iter().zip(inputs) {
            sizes.bind_input(&input.name, &input.shape, binding.shape)?;
        }
        Ok(sizes)
    }

    /// Binds, runs and returns every output, allocating as it goes: for calls that are rare.
    ///
    /// # Errors
    /// [`Error::MissingInput`] and [`Error::UnknownInput`]; what [`bind`](Self::bind) and [`Workspace::run`] return.
    pub fn call(&self, inputs: &[(&str, &Array<T>)]) -> Result<Vec<Array<T>>, Error> {
        if let Some((name, _)) = inputs.iter().find(|(n, _)| !self.declared.iter().any(|d| **d == **n)) {
            let known = self.inputs.iter().map(|i| i.name.to_string()).collect();
            return Err(Error::UnknownInput { name: (*name).to_string(), known });
        }
        let ordered =
            self.inputs
                .iter()
                .map(|i| {
                    inputs.iter().find(|(n, _)| **n == *i.name).map(|(_, a)| *a).ok_or_else(|| {
                        Error::MissingInput { name: i.name.to_string(), shape: i.shape.clone() }
                    })
                })
                .collect::<Result<Vec<_>, _>>()?;
        let bindings: Vec<Binding<'_>> =
            ordered.iter().map(|a| Binding { shape: a.shape(), layout: Layout::RowMajor }).collect();
        let mut workspace = self.bind(&bindings)?;
        let zeros = |shape: &Vec<usize>| {
            Array::new(shape.clone(), super::workspace::zeros(shape.iter().product::<usize>())?)
        };
        let mut outputs: Vec<Array<T>> =
            workspace.output_shapes().iter().map(zeros).collect::<Result<_, _>>()?;
        let mut slices: Vec<&mut [T]> = outputs.iter_mut().map(Array::data_mut).collect();
        workspace.run(&ordered.iter().map(|a| a.data()).collect::<Vec<_>>(), &mut slices)?;
        Ok(outputs)
    }
}
