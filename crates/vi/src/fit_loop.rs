//! `fit`: the loop. It knows an objective, a rule and observers, and nothing of densities or families.

use core::ops::ControlFlow;

use elbo_model::DensityError;
use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::Processor;

use crate::observer::{Observer, Seen};
use crate::rule::Rule;
use crate::{Error, Objective, State, Stop, finite};

/// The longest history that is reserved before the first step: 16 million steps.
const LONGEST_RESERVED: u64 = 1 << 24;

/// Takes steps until `state.step` is `steps`, an observer stops the fit, or something is not finite.
///
/// `steps` is a total: a state that has taken 100 of 300 steps takes 200 more. Between the first and the
/// last step nothing is allocated (by the loop; a history longer than 2²⁴ steps grows as it goes, and observers
/// are their own masters).
///
/// # Errors
/// [`Error::Density`] and [`Error::NonFinite`] with the step at fault. `state` then is the last good one:
/// the parameters at which the fit stood before that step and, unless the step itself produced what is not finite, the optimiser's
/// memory before it; the random streams are past the draws of that step, so that resuming tries others. Where the step itself overflowed, the optimiser's memory
/// starts afresh. [`Error::State`] when the state does not belong to this objective and rule, and
/// [`Error::Setting`] for a rule out of range, before any step.
pub fn fit<'o, T: Real, O: Objective<T>>(
    objective: &mut O,
    rule: &dyn Rule<T>,
    state: &mut State<T>,
    steps: u64,
    observers: &mut [Box<dyn Observer<T> + 'o>],
) -> Result<Stop, Error> {
    rule.check()?;
    state.check(objective.parameters(), rule)?;
    objective.restore(&state.draws)?;
    let remaining = steps.saturating_sub(state.step).min(LONGEST_RESERVED);
    state.history.reserve(remaining as usize);
    let result = run(objective, rule, state, steps, observers);
    state.draws = objective.save();
    result
}

/// The steps themselves.
fn run<'o, T: Real, O: Objective<T>>(
    objective: &mut O,
    rule: &dyn Rule<T>,
    state: &mut State<T>,
    steps: u64,
    observers: &mut [Box<dyn Observer<T> + 'o>],
) -> Result<Stop, Error> {
    let processor = Processor::detect();
    let mut gradient = vec![T::ZERO; state.parameters.len()];
    let mut before = state.parameters.clone();
    let mut due = vec![0; observers.len()];
    for (observer, due) in observers.iter_mut().zip(&mut due) {
        observer.begin(&mut Seen::new(state, steps, objective));
        *due = next_due(state.step, observer.every());
    }
    let mut first_due = due.iter().copied().min().unwrap_or(u64::MAX);

    let mut stop = Stop::Steps;
    'steps: while state.step < steps {
        let step = state.step + 1;
        let at_step = |source| Error::Density { step, source: Box::new(source) };
        objective.draw().map_err(at_step)?;
        let value = objective.evaluate(&state.parameters, &mut gradient).map_err(at_step)?;
        if !value.is_finite() {
            return Err(at_step(objective_not_finite(value)));
        }
        if !finite::negate(processor, &mut gradient) {
            return Err(not_finite(objective, step, "gradient", &gradient, -T::ONE));
        }
        before.copy_from_slice(&state.parameters);
        rule.step(&mut state.parameters, &mut gradient, &mut state.rule);
        if !finite::all_finite(processor, &state.parameters) {
            let error = not_finite(objective, step, "value", &state.parameters, T::ONE);
            state.parameters.copy_from_slice(&before);
            state.rule = rule.init(before.len());
            return Err(error);
        }
        state.step = step;
        state.history.push(value);

        if step >= first_due {
            for (observer, due) in observers.iter_mut().zip(&mut due) {
                if step < *due {
                    continue;
                }
                if let ControlFlow::Break(reason) = observer.observe(&mut Seen::new(state, steps, objective))
                {
                    stop = reason;
                    break 'steps;
                }
                *due = next_due(step, observer.every());
            }
            first_due = due.iter().copied().min().unwrap_or(u64::MAX);
        }
    }
    for observer in observers.iter_mut() {
        observer.end(&mut Seen::new(state, steps, objective));
    }
    Ok(stop)
}

/// The first multiple of `every` after `step`.
fn next_due(step: u64, every: u64) -> u64 {
    let every = every.max(1);
    (step / every).saturating_add(1).saturating_mul(every)
}

#[cold]
fn objective_not_finite<T: Real>(value: T) -> DensityError {
    DensityError::NonFinite {
        quantity: "value",
        term: "the objective".to_owned(),
        value: value.to_f64(),
        variable: None,
        row: None,
    }
}

#[cold]
fn not_finite<T: Real, O: Objective<T>>(
    objective: &O,
    step: u64,
    quantity: &'static str,
    values: &[T],
    sign: T,
) -> Error {
    let i = values.iter().position(|x| !x.is_finite()).unwrap_or(0);
    let value = (values[i] * sign).to_f64();
    Error::NonFinite { step, quantity, parameter: objective.parameter_name(i), value }
}
