//! The two fits: on all rows, and on genuine minibatches.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use elbo::model::Model;
use elbo::tensor_ad::Real;
use elbo::vi::family::MeanField;
use elbo::vi::observer::{Interrupt, Progress};
use elbo::vi::rule::{Optimiser, Schedule, Scheduled};
use elbo::vi::{Advi, Fit, Start};

use super::{Error, progress};
use crate::options::{Decline, Options};

/// What one fit is.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its name in files: `full_batch` or `minibatch`.
    pub name: &'static str,
    /// Its name for people.
    pub title: String,
    /// Steps.
    pub steps: u64,
    /// Rows in a batch, or all.
    pub batch: Option<usize>,
}

/// The fits that the options ask for.
pub fn plans(options: &Options) -> Vec<Plan> {
    let batch = usize::from(options.batch);
    vec![
        Plan { name: "full_batch", title: "full batch".into(), steps: options.steps, batch: None },
        Plan {
            name: "minibatch",
            title: format!("minibatches of {batch}"),
            steps: options.minibatch_steps,
            batch: Some(batch),
        },
    ]
}

/// The rule of a fit. The default, Adam at 0.2 lowered along a cosine, leaves the plateau of nearly linear solutions
/// from every start that was tried; PyMC's default stays on it from half of them.
pub fn rule(options: &Options, steps: u64) -> Scheduled<Optimiser> {
    let adam = matches!(options.optimiser, Optimiser::Adam(_));
    let rate = options.learning_rate.or(adam.then_some(0.2));
    let optimiser = rate.map_or(options.optimiser, |rate| options.optimiser.learning_rate(rate));
    let decline = options.schedule.unwrap_or(if adam { Decline::Cosine } else { Decline::Constant });
    let schedule = match decline {
        Decline::Constant => Schedule::Constant,
        Decline::Cosine => Schedule::Cosine { steps, floor: 0.003 },
    };
    Scheduled::new(optimiser, schedule)
}

/// Runs one fit, with a progress bar, until its steps are taken or the flag is raised.
pub fn run<T: Real>(
    model: &Model,
    plan: &Plan,
    options: &Options,
    interrupt: &Arc<AtomicBool>,
) -> Result<Fit<MeanField<T>>, Error> {
    let bar = progress::bar(&plan.title, plan.steps, options.quiet);
    let mut advi = Advi::<_, T>::new(model.density_in::<T>()?)
        .steps(plan.steps)
        .seed(options.seed)
        .start(Start::default())
        .rule(rule(options, plan.steps))
        .draws_per_step(options.draws_per_step.into())
        .observe(Interrupt::new(interrupt.clone()));
    if !options.quiet {
        advi = advi.observe(Progress::new(|update| progress::show(&bar, &update)));
    }
    if let Some(batch) = plan.batch {
        advi = advi.batches(batch);
    }
    let result = advi.run();
    bar.finish_and_clear();
    result.map_err(|failed| {
        let state = failed.partial.and_then(|fit| {
            let path = options.out.join(format!("{}.state", plan.name));
            std::fs::write(&path, fit.state().to_bytes()).is_ok().then_some(path)
        });
        Error::Fit { name: plan.name, error: Box::new(failed.error), state }
    })
}
