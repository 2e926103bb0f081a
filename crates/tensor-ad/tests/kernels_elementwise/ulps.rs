//! Errors in units in the last place.

/// The distance in units in the last place of `expected`, for a format of `digits` bits and smallest exponent `low`.
fn ulps(found: f64, expected: f64, digits: i32, low: i32) -> f64 {
    if found == expected || (found.is_nan() && expected.is_nan()) {
        return 0.0;
    }
    if !found.is_finite() || !expected.is_finite() {
        return f64::INFINITY;
    }
    let exponent = if expected == 0.0 { low } else { libm::ilogb(expected).max(low) };
    let ulp = exponent - digits + 1;
    libm::ldexp(found, -ulp.max(-1000)) * libm::ldexp(1.0, -(ulp - ulp.max(-1000)))
        - libm::ldexp(expected, -ulp.max(-1000)) * libm::ldexp(1.0, -(ulp - ulp.max(-1000)))
}

pub(super) fn ulps_f64(found: f64, expected: f64) -> f64 {
    ulps(found, expected, 53, -1022).abs()
}

pub(super) fn ulps_f32(found: f32, expected: f64) -> f64 {
    // Past the largest f32 an infinity is right, and so is the largest number just before it.
    if expected.abs() > f64::from(f32::MAX) && f64::from(found).abs() >= f64::from(f32::MAX) {
        return 0.0;
    }
    ulps(f64::from(found), expected, 24, -126).abs()
}

/// The error against the larger of the result and `least`, in ulp.
pub(super) fn above(error: f64, expected: f64, least: f64) -> f64 {
    if expected.abs() >= least {
        return error;
    }
    // An ulp of the result is this much smaller.
    let smaller = libm::ilogb(least) - if expected == 0.0 { -1022 } else { libm::ilogb(expected).max(-1022) };
    libm::ldexp(error, -smaller)
}
