//! The regions of a grid where a function is at least a level, traced by marching squares.

/// A function on a rectangular grid: `z[column * y.len() + row]` at `(x[column], y[row])`.
#[derive(Clone, Copy)]
pub(crate) struct Grid<'a> {
    pub(crate) x: &'a [f64],
    pub(crate) y: &'a [f64],
    pub(crate) z: &'a [f64],
}

/// A point of a traced line, and whether it only follows the border of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Vertex {
    at: (f64, f64),
    border: bool,
}

const NONE: u32 = u32::MAX;

impl Grid<'_> {
    /// One closed walk around everything where `z >= level`, in data coordinates; empty if there is nothing.
    ///
    /// The region lies at the left of the walk, its holes are walked the other way round, and its parts are
    /// joined by bridges walked once in each direction. Filled by the nonzero rule the walk is the region,
    /// also for a backend that fills the parts of a path one by one and so knows no holes.
    pub(crate) fn region(&self, level: f64) -> Vec<(f64, f64)> {
        let mut walk = Vec::new();
        for part in self.loops(level) {
            walk.extend(part.iter().map(|v| v.at));
            walk.push(part[0].at);
            if walk.len() > part.len() + 1 {
                walk.push(walk[0]);
            }
        }
        walk
    }

    /// The lines inside the grid along which `z` passes `level`.
    pub(crate) fn lines(&self, level: f64) -> Vec<Vec<(f64, f64)>> {
        let mut lines = Vec::new();
        for mut part in self.loops(level) {
            // Start at a border vertex, if there is one, so that no line is cut in the middle.
            match part.iter().position(|v| v.border) {
                Some(first) => part.rotate_left(first),
                None => part.push(part[0]),
            }
            for piece in part.split(|v| v.border) {
                if piece.len() > 1 {
                    lines.push(piece.iter().map(|v| v.at).collect());
                }
            }
        }
        lines
    }

    /// The closed curves around `z >= level`, the region at the left of each.
    ///
    /// A ring of nodes below every level is laid around the grid, at the places of its outermost nodes, so
    /// that every curve is closed.
    fn loops(&self, level: f64) -> Vec<Vec<Vertex>> {
        let (columns, rows) = (self.x.len() + 2, self.y.len() + 2);
        let inside = |i: usize, j: usize| self.value(i, j).is_some_and(|z| z >= level);
        // `next[e]`: the grid edge on which the piece of curve that begins on edge `e` ends.
        let mut next = vec![NONE; 2 * columns * rows];
        let across = |i: usize, j: usize| 2 * (j * columns + i);
        let upward = |i: usize, j: usize| 2 * (j * columns + i) + 1;
        for j in 0..rows - 1 {
            for i in 0..columns - 1 {
                let corner = [inside(i, j), inside(i + 1, j), inside(i + 1, j + 1), inside(i, j + 1)];
                let edge = [across(i, j), upward(i + 1, j), across(i, j + 1), upward(i, j)];
                // Counter-clockwise around the cell, `edge[k]` leads from corner k to corner k + 1.
                let leaves = |k: usize| corner[k] && !corner[(k + 1) % 4];
                let enters = |k: usize| !corner[k] && corner[(k + 1) % 4];
                let saddle = corner[0] == corner[2] && corner[1] == corner[3] && corner[0] != corner[1];
                // At a saddle the mean of the four corners says whether the two inner corners meet.
                let joined = saddle && self.mean(i, j) >= level;
                for k in (0..4).filter(|&k| leaves(k)) {
                    let order = if saddle && !joined { [3, 2, 1] } else { [1, 2, 3] };
                    if let Some(end) = order.into_iter().map(|d| (k + d) % 4).find(|&e| enters(e)) {
                        next[edge[k]] = edge[end] as u32;
                    }
                }
            }
        }
        let mut loops = Vec::new();
        for start in 0..next.len() {
            let mut here = start;
            let mut part = Vec::new();
            while next[here] != NONE {
                part.push(self.crossing(here, level));
                here = std::mem::replace(&mut next[here], NONE) as usize;
            }
            if !part.is_empty() {
                loops.push(part);
            }
        }
        loops
    }

    /// The value at a node of the ringed grid; none on the ring.
    fn value(&self, i: usize, j: usize) -> Option<f64> {
        let (column, row) = (i.checked_sub(1)?, j.checked_sub(1)?);
        if column < self.x.len() && row < self.y.len() {
            Some(self.z[column * self.y.len() + row])
        } else {
            None
        }
    }

    fn mean(&self, i: usize, j: usize) -> f64 {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        corners.iter().map(|&(i, j)| self.value(i, j).unwrap_or(f64::NEG_INFINITY) / 4.0).sum()
    }

    fn place(&self, i: usize, j: usize) -> (f64, f64) {
        let at = |values: &[f64], k: usize| values[k.saturating_sub(1).min(values.len() - 1)];
        (at(self.x, i), at(self.y, j))
    }

    /// Where `level` is passed on an edge of the ringed grid, by linear interpolation.
    fn crossing(&self, edge: usize, level: f64) -> Vertex {
        let columns = self.x.len() + 2;
        let (i, j) = (edge / 2 % columns, edge / 2 / columns);
        let (i2, j2) = if edge & 1 == 0 { (i + 1, j) } else { (i, j + 1) };
        let (from, to) = (self.place(i, j), self.place(i2, j2));
        match (self.value(i, j), self.value(i2, j2)) {
            (Some(a), Some(b)) => {
                let t = ((level - a) / (b - a)).clamp(0.0, 1.0);
                let at = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
                Vertex { at, border: false }
            }
            // Both ends of an edge to the ring lie at the same place.
            _ => Vertex { at: from, border: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Twice the signed area, by the shoelace formula.
    fn area(walk: &[(f64, f64)]) -> f64 {
        (0..walk.len())
            .map(|k| {
                let ((x1, y1), (x2, y2)) = (walk[k], walk[(k + 1) % walk.len()]);
                (x1 * y2 - x2 * y1) / 2.0
            })
            .sum()
    }

    #[test]
    fn a_disc_has_its_area_and_a_ring_loses_its_hole() {
        let x: Vec<f64> = (0..=200).map(|i| f64::from(i) * 0.02 - 2.0).collect();
        let radius: Vec<f64> = x.iter().flat_map(|y| x.iter().map(move |x| x.hypot(*y))).collect();
        let disc: Vec<f64> = radius.iter().map(|r| 1.0 - r).collect();
        let pi = std::f64::consts::PI;
        let found = area(&Grid { x: &x, y: &x, z: &disc }.region(0.0));
        assert!((found - pi).abs() < 2e-3, "{found}");
        let ring: Vec<f64> = radius.iter().map(|r| 0.25 - (r - 1.0).abs()).collect();
        let grid = Grid { x: &x, y: &x, z: &ring };
        let found = area(&grid.region(0.0));
        assert!((found - pi * (1.25f64.powi(2) - 0.75f64.powi(2))).abs() < 5e-3, "{found}");
        assert_eq!(grid.lines(0.0).len(), 2);
    }

    #[test]
    fn a_level_below_everything_is_the_whole_grid_and_one_above_is_nothing() {
        let (x, y) = ([0.0, 1.0, 3.0], [0.0, 2.0]);
        let grid = Grid { x: &x, y: &y, z: &[1.0; 6] };
        assert_eq!(area(&grid.region(0.0)), 6.0);
        assert!(grid.lines(0.0).is_empty() && grid.region(2.0).is_empty());
    }

    #[test]
    fn a_slope_has_one_straight_line_across() {
        let x = [0.0, 1.0, 2.0];
        let z = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0];
        let lines = Grid { x: &x, y: &x, z: &z }.lines(0.5);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|p| p.0 == 0.5) && lines[0].len() == 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn regions_above_and_below_a_level_make_up_the_grid(z in proptest::collection::vec(-1.0..1.0f64, 30), level in -0.9..0.9f64) {
            let x: Vec<f64> = (0..6).map(f64::from).collect();
            let y: Vec<f64> = (0..5).map(f64::from).collect();
            let below: Vec<f64> = z.iter().map(|v| -v).collect();
            let above = area(&Grid { x: &x, y: &y, z: &z }.region(level));
            let rest = area(&Grid { x: &x, y: &y, z: &below }.region(-level));
            prop_assert!((above + rest - 20.0).abs() < 1e-9, "{above} + {rest}");
        }
    }
}
