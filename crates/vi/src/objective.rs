//! `Objective`: what a fit maximises; all that the fitting loop knows of a problem.

use elbo_model::DensityError;
use elbo_tensor_ad::Real;

use crate::Error;

/// A function of the parameters of an approximation, estimated from draws, to be made as *large* as possible.
///
/// It holds its draws: [`draw`](Self::draw) takes new ones (noise, and a batch of rows where there are batches), and
/// [`evaluate`](Self::evaluate) is then an ordinary, deterministic function of the parameters. `draw` before each `evaluate` is stochastic
/// gradient ascent; one `draw` and many `evaluate`s is a sample average approximation, for a line search or a finite difference.
///
/// [`Elbo`](crate::Elbo) implements it for any log density. An objective that knows more (the layers of a network, say)
/// implements it too and is fitted by the same loop, [`fit`](crate::fit()).
pub trait Objective<T: Real = f64> {
    /// The number of parameters of the approximation.
    fn parameters(&self) -> usize;

    /// The number of coordinates that are approximated.
    fn dim(&self) -> usize;

    /// Writes the parameters that a fit begins with.
    ///
    /// # Errors
    /// Those of the implementor's settings, a starting position that does not fit among them.
    fn init(&mut self, parameters: &mut [T]) -> Result<(), Error>;

    /// Takes new draws.
    ///
    /// # Errors
    /// Those of selecting a batch of rows.
    fn draw(&mut self) -> Result<(), DensityError>;

    /// Writes the gradient of the objective at the present draws and returns the value there, in nats.
    ///
    /// # Errors
    /// [`DensityError`] when the value or the gradient is not finite at some draw.
    fn evaluate(&mut self, parameters: &[T], gradient: &mut [T]) -> Result<T, DensityError>;

    /// Writes the mean and the standard deviation of each coordinate under these parameters; both slices
    /// have length [`dim`](Self::dim). For observers and reports.
    fn moments(&mut self, parameters: &[T], mean: &mut [T], sd: &mut [T]);

    /// A name for parameter `i`, for messages. Default: `parameter[i]`.
    fn parameter_name(&self, i: usize) -> String {
        format!("parameter[{i}]")
    }

    /// Everything that decides the draws to come (random streams, the order of batches), in plain form.
    fn save(&self) -> Vec<u64>;

    /// Goes back to what [`save`](Self::save) returned: the draws that follow are the same bits.
    ///
    /// # Errors
    /// [`Error::State`] or [`Error::Bytes`] when it was saved by another objective.
    fn restore(&mut self, saved: &[u64]) -> Result<(), Error>;
}
