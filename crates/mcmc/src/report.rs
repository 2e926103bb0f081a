//! `Report`: whether a run can be believed, in a few numbers.

use core::fmt;

use crate::run::Run;

/// A diagnostic at its worst, and the coordinate where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The value; NaN as soon as it is NaN for one coordinate.
    pub value: f64,
    /// The coordinate, by name.
    pub coordinate: String,
}

/// How a run went. Written as a line or two by `Display`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The number of chains.
    pub chains: usize,
    /// The draws kept of each.
    pub draws_per_chain: usize,
    /// The greatest rank-normalised R-hat. Believe nothing above 1.01 (Vehtari et al. 2021). NaN for one chain.
    pub r_hat: Worst,
    /// The smallest effective sample size for the bulk, over all chains. Wanted: 100 a chain.
    pub ess_bulk: Worst,
    /// The smallest effective sample size for the tails, over all chains.
    pub ess_tail: Worst,
    /// Divergences after tuning.
    pub divergences: usize,
    /// Divergences while tuning: a few are normal.
    pub tuning_divergences: usize,
    /// Draws after tuning whose trajectory ended at the greatest depth: slow, not wrong.
    pub depth_reached: usize,
    /// The mean depth of trajectories after tuning.
    pub mean_depth: f64,
    /// The mean acceptance probability after tuning.
    pub mean_acceptance: f64,
    /// The tuned step size of each chain.
    pub step_sizes: Vec<f64>,
    /// Leapfrog steps in all, tuning included: each took one gradient. Those of the search for a first step size are not counted.
    pub leapfrogs: u64,
}

impl Report {
    pub(crate) fn new(run: &Run) -> Self {
        let count = (run.chains() * run.draws_per_chain()) as f64;
        let (tuning_divergences, leapfrogs) = run.effort();
        let worst = |values: &[f64], worse: fn(f64, f64) -> bool| {
            let mut at = 0;
            for (i, &value) in values.iter().enumerate() {
                if !values[at].is_nan() && (value.is_nan() || worse(value, values[at])) {
                    at = i;
                }
            }
            Worst { value: values[at], coordinate: run.names()[at].clone() }
        };
        let of_each: Vec<[f64; 3]> = (0..run.dim())
            .filter_map(|i| run.coordinate(i))
            .map(|c| [c.r_hat(), c.ess_bulk(), c.ess_tail()])
            .collect();
        let column = |k: usize| of_each.iter().map(|row| row[k]).collect::<Vec<f64>>();
        Report {
            chains: run.chains(),
            draws_per_chain: run.draws_per_chain(),
            r_hat: worst(&column(0), |a, b| a > b),
            ess_bulk: worst(&column(1), |a, b| a < b),
            ess_tail: worst(&column(2), |a, b| a < b),
            divergences: run.divergences(),
            tuning_divergences,
            depth_reached: run.all_steps().filter(|s| s.depth_reached).count(),
            mean_depth: run.all_steps().map(|s| s.depth as f64).sum::<f64>() / count,
            mean_acceptance: run.all_steps().map(|s| s.acceptance).sum::<f64>() / count,
            step_sizes: run.step_sizes(),
            leapfrogs,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} chains of {} draws; R-hat at most {:.3} ({}), effective draws at least {:.0} in the bulk ({}) and {:.0} in \
             the tails ({}); ",
            self.chains,
            self.draws_per_chain,
            self.r_hat.value,
            self.r_hat.coordinate,
            self.ess_bulk.value,
            self.ess_bulk.coordinate,
            self.ess_tail.value,
            self.ess_tail.coordinate,
        )?;
        write!(
            f,
            "{} divergences ({} more while tuning), {} trajectories at the greatest depth; {} gradients",
            self.divergences, self.tuning_divergences, self.depth_reached, self.leapfrogs,
        )
    }
}
