//! The summary table: one row for each element of each variable.

use std::fmt;

use crate::frame::Frame;
use crate::{Chains, hdi};

/// What [`Draws::summary`](crate::Draws::summary) finds: `arviz.summary`'s columns, unrounded in
/// [`rows`](Summary::rows), rounded as ArviZ rounds them when displayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// One row an element, variables in the order of the draws, elements row-major.
    pub rows: Vec<Row>,
}

/// One element's row. Every number is NaN where any draw of the element is NaN or infinite.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The element, with its coordinates: `w[a, 0]`.
    pub name: String,
    /// Mean of all draws.
    pub mean: f64,
    /// Standard deviation of all draws, `count - 1` in the denominator.
    pub sd: f64,
    /// Lower end of the 94 % highest-density interval.
    pub hdi_3: f64,
    /// Upper end of the 94 % highest-density interval.
    pub hdi_97: f64,
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: f64,
    /// Monte Carlo standard error of the standard deviation.
    pub mcse_sd: f64,
    /// Effective sample size for the bulk, in draws.
    pub ess_bulk: f64,
    /// Effective sample size for the tails, in draws.
    pub ess_tail: f64,
    /// Rank-normalised split R-hat; NaN with one chain, as in ArviZ.
    pub r_hat: f64,
    /// How many draws of this element are NaN or infinite.
    pub non_finite: usize,
}

/// The mass of the table's interval: ArviZ's default of many years, which its column names show.
const MASS: f64 = 0.94;

const COLUMNS: [&str; 9] =
    ["mean", "sd", "hdi_3%", "hdi_97%", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"];

impl Summary {
    pub(crate) fn of(frame: &Frame) -> Summary {
        let mut rows = Vec::new();
        for variable in &frame.variables {
            for (element, name) in frame.labels(variable).into_iter().enumerate() {
                if let Some(chains) = variable.element(element) {
                    rows.push(Row::of(name, &chains));
                }
            }
        }
        Summary { rows }
    }

    /// The row of this name, such as `w[0, 1]`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|r| r.name == name)
    }
}

impl Row {
    fn of(name: String, chains: &Chains) -> Row {
        let non_finite = chains.values().iter().filter(|v| !v.is_finite()).count();
        let moment = |value: f64| if non_finite == 0 { value } else { f64::NAN };
        let (hdi_3, hdi_97) = hdi(chains.values(), MASS).unwrap_or((f64::NAN, f64::NAN));
        Row {
            name,
            mean: moment(chains.mean()),
            sd: moment(chains.sd()),
            hdi_3,
            hdi_97,
            mcse_mean: chains.mcse_mean(),
            mcse_sd: chains.mcse_sd(),
            ess_bulk: chains.ess_bulk(),
            ess_tail: chains.ess_tail(),
            r_hat: chains.r_hat(),
            non_finite,
        }
    }

    /// The nine numbers as ArviZ rounds them: three decimals, none for sample sizes, two for R-hat.
    fn cells(&self) -> [String; 9] {
        let three = |v: f64| format!("{v:.3}");
        let whole = |v: f64| format!("{v:.0}");
        [
            three(self.mean),
            three(self.sd),
            three(self.hdi_3),
            three(self.hdi_97),
            three(self.mcse_mean),
            three(self.mcse_sd),
            whole(self.ess_bulk),
            whole(self.ess_tail),
            format!("{:.2}", self.r_hat),
        ]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 9]> = self.rows.iter().map(Row::cells).collect();
        let name_width = self.rows.iter().map(|r| r.name.chars().count()).max().unwrap_or(0);
        let widths: [usize; 9] = std::array::from_fn(|i| {
            cells.iter().map(|row| row[i].len()).chain([COLUMNS[i].len()]).max().unwrap_or(0)
        });
        write!(f, "{:name_width$}", "")?;
        for (column, width) in COLUMNS.iter().zip(widths) {
            write!(f, "  {column:>width$}")?;
        }
        for (row, cells) in self.rows.iter().zip(&cells) {
            write!(f, "\n{:name_width$}", row.name)?;
            for (cell, width) in cells.iter().zip(widths) {
                write!(f, "  {cell:>width$}")?;
            }
        }
        for row in self.rows.iter().filter(|r| r.non_finite > 0) {
            write!(f, "\n{}: {} draws are NaN or infinite", row.name, row.non_finite)?;
        }
        Ok(())
    }
}
