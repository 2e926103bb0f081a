//! The numbers along an axis: a range that is never degenerate, round steps, labels without noise.

/// A range to draw and the distance between its ticks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) step: f64,
}

impl Axis {
    /// The range `low..high` as it is, with about `ticks` ticks.
    pub(crate) fn exact(low: f64, high: f64, ticks: usize) -> Self {
        // A range of no width, or one below the resolution of the numbers in it, has no ticks.
        let room = (low.abs().max(high.abs()) * 1e-6).max(1e-12);
        let (low, high) = if high - low < room { (low - room / 2.0, low + room / 2.0) } else { (low, high) };
        Self { low, high, step: round_step((high - low) / ticks.max(1) as f64) }
    }

    /// The range of the values with five per cent of room at each end; a single value is put in the middle
    /// of a range one unit wide (or one per cent of the value, if that is more).
    pub(crate) fn around(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in values {
            low = low.min(v);
            high = high.max(v);
        }
        if low > high {
            return Self::exact(0.0, 1.0, ticks);
        }
        let magnitude = low.abs().max(high.abs());
        let room =
            if high - low <= magnitude * 1e-9 { (magnitude * 0.005).max(0.5) } else { (high - low) * 0.05 };
        Self::exact(low - room, high + room, ticks)
    }

    /// The places of the ticks; at most fifty.
    pub(crate) fn ticks(self) -> impl Iterator<Item = f64> {
        let first = (self.low / self.step - 1e-9).ceil();
        let count = (self.high / self.step + 1e-9).floor() - first;
        (0..=count.clamp(0.0, 50.0) as u32).map(move |k| (first + f64::from(k)) * self.step)
    }

    /// A tick's label: as many decimals as the step needs, powers of ten where digits would run away, commas
    /// between groups of three, a true minus sign.
    pub(crate) fn label(&self, value: f64) -> String {
        label(value, self.step)
    }
}

/// The round number (1, 2 or 5 times a power of ten) nearest to `raw`.
pub(crate) fn round_step(raw: f64) -> f64 {
    let magnitude = 10f64.powf(raw.log10().floor());
    let ratio = raw / magnitude;
    // The borders lie half-way in the logarithm.
    let round = if ratio < 1.414 {
        1.0
    } else if ratio < 3.162 {
        2.0
    } else if ratio < 7.071 {
        5.0
    } else {
        10.0
    };
    round * magnitude
}

/// Formats `value` as a tick of an axis whose ticks are `step` apart.
pub(crate) fn label(value: f64, step: f64) -> String {
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    if value == 0.0 && step < 1e-6 {
        return "0".into();
    }
    let decimals = (-(step.log10() + 1e-9).floor()).max(0.0);
    let power = || {
        let digits =
            if value == 0.0 { 0.0 } else { value.abs().log10().floor() - (step.log10() + 1e-9).floor() };
        format!("{:.*e}", digits.clamp(0.0, 6.0) as usize, value.abs())
    };
    // Above 1e15 not every whole number is a number of ours, and digits would be made up.
    let text = if value.abs() > 1e15 || decimals > 6.0 {
        power()
    } else {
        let digits = grouped(&format!("{:.*}", decimals as usize, value.abs()));
        let power = power();
        if value.abs() >= 1e7 && power.len() < digits.len() { power } else { digits }
    };
    if value < 0.0 { format!("\u{2212}{text}") } else { text }
}

/// Puts a comma between groups of three digits of the whole part, from four digits up.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    if whole.len() < 4 {
        return number.into();
    }
    let mut out = String::with_capacity(number.len() + 4);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tick_labels_have_the_decimals_of_the_step_and_no_more() {
        assert_eq!(label(-0.5, 0.5), "\u{2212}0.5");
        assert_eq!(label(1e-17, 0.5), "0.0");
        assert_eq!(label(30_000.0, 5_000.0), "30,000");
        assert_eq!(label(2.0, 1.0), "2");
        assert_eq!(label(0.2 + 0.1, 0.1), "0.3");
        assert_eq!(label(2e12, 1e12), "2e12");
        assert_eq!(label(10_000_002.0, 2.0), "10,000,002");
        assert_eq!(label(2e-9, 1e-9), "2e-9");
        assert_eq!(label(0.0, 1e-9), "0");
    }

    #[test]
    fn a_range_is_never_degenerate() {
        for v in [0.0, 1.0, -1e100, 1e-300, 1e16] {
            let a = Axis::around([v, v], 5);
            assert!(a.low < v && v < a.high && a.step > 0.0, "{a:?}");
        }
        let a = Axis::around([], 5);
        assert!(a.low < a.high);
    }

    #[test]
    fn steps_are_one_two_or_five_times_a_power_of_ten() {
        assert_eq!(round_step(0.8), 1.0);
        assert_eq!(round_step(16.0), 20.0);
        assert_eq!(round_step(4.0), 5.0);
    }
}
