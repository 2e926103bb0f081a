//! The progress bar: steps, smoothed ELBO, steps per second.

use elbo::vi::observer::Update;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error; none when `quiet`, or when standard error is not a terminal.
pub fn bar(title: &str, steps: u64, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(steps), target);
    // A template that does not parse would be a mistake here; the plain style is no loss then.
    let style = ProgressStyle::with_template("{prefix:>20} {wide_bar} {pos}/{len} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(title.to_owned());
    bar
}

/// Shows where the fit stands.
pub fn show(bar: &ProgressBar, update: &Update) {
    bar.set_position(update.step);
    bar.set_message(format!("ELBO {:.1}, {:.0} steps/s", update.elbo, update.steps_per_second));
}
