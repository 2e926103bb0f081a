//! Fewer points for a long line, without losing its peaks.

/// The places of the least and the greatest value in each of `columns` equal stretches, in order; all places
/// if there are no more than twice as many.
pub(crate) fn extremes(values: &[f64], columns: usize) -> Vec<usize> {
    if values.len() <= 2 * columns {
        return (0..values.len()).collect();
    }
    let mut places = Vec::with_capacity(2 * columns);
    for column in 0..columns {
        let (from, to) = (column * values.len() / columns, (column + 1) * values.len() / columns);
        let (mut least, mut most) = (from, from);
        for i in from..to {
            if values[i] < values[least] {
                least = i;
            }
            if values[i] > values[most] {
                most = i;
            }
        }
        // Where all are equal the stretch keeps its two ends, or else a level line would stop early.
        let most = if least == most { to - 1 } else { most };
        places.push(least.min(most));
        if least != most {
            places.push(least.max(most));
        }
    }
    places
}

/// At most `count` places out of `0..len`, evenly spread, the first and the last among them.
pub(crate) fn spread(len: usize, count: usize) -> Vec<usize> {
    if len <= count {
        return (0..len).collect();
    }
    (0..count).map(|k| k * (len - 1) / (count - 1).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reducing_a_long_line_keeps_its_extremes_and_its_order() {
        let mut values: Vec<f64> = (0..30_000).map(|i| (f64::from(i) * 0.1).sin()).collect();
        values[12_345] = 7.0;
        values[20_001] = -9.0;
        let places = extremes(&values, 500);
        assert!(places.len() <= 1000 && places.contains(&12_345) && places.contains(&20_001));
        assert!(places.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(extremes(&[1.0; 1000], 10).last(), Some(&999));
    }

    #[test]
    fn spread_places_hold_both_ends() {
        assert_eq!(spread(5, 9), [0, 1, 2, 3, 4]);
        assert_eq!(spread(101, 3), [0, 50, 100]);
    }
}
