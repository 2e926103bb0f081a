//! `Rows`: the free axis of the observed data, by which a log density can be estimated from some of it.

use elbo_tensor_ad::graph::Sizes;
use elbo_tensor_ad::{Dim, Expr};

use crate::Error;
use crate::axis::Axis;
use crate::model::Inner;

/// The free first axis that all observed variables share.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// Its names: the operations of the model may have made several names one.
    pub(crate) names: Vec<String>,
    pub(crate) count: usize,
}

fn named(axis: &str) -> Dim {
    Dim::from(axis)
}

impl Inner {
    /// True when the first of these axes is that of the rows.
    pub(crate) fn has_rows(&self, axes: &[String]) -> bool {
        self.rows.as_ref().is_ok_and(|rows| axes.first().is_some_and(|a| rows.names.contains(a)))
    }

    /// True when this is the axis of the rows.
    pub(crate) fn is_rows(&self, dim: &Dim) -> bool {
        matches!(dim, Dim::Named(name) if self.rows.as_ref().is_ok_and(|rows| rows.names.iter().any(|n| **n == **name)))
    }

    /// Refuses axes that the operations of the model make one, as `sizes` knows, but whose data differ in length.
    pub(crate) fn check_lengths(&self, sizes: &Sizes) -> Result<(), Error> {
        for (i, a) in self.axes.iter().enumerate().filter(|(_, a)| a.free) {
            let one = |b: &&Axis| b.free && sizes.resolve(&named(&b.name)) == sizes.resolve(&named(&a.name));
            let other = match sizes.resolve(&named(&a.name)) {
                Dim::Fixed(n) if n != a.length => {
                    Some((n, "what the operations of the model need".to_string()))
                }
                Dim::Fixed(_) => None,
                Dim::Named(_) => self.axes[..i].iter().find(|b| one(b) && b.length != a.length).map(|b| {
                    (
                        b.length,
                        format!("the axis `{}`, which the operations of the model make one with it", b.name),
                    )
                }),
            };
            if let Some((second, place)) = other {
                let (name, first) = (a.name.clone(), a.length);
                return Err(elbo_tensor_ad::Error::SizeConflict { name, first, second, place }.into());
            }
        }
        Ok(())
    }

    /// The free first axis that all observed variables share, or why there is none by which the log
    /// density can be estimated from some of the rows. Marks the potentials that have it.
    ///
    /// `sizes` knows which names of axes the operations of the model have made one.
    pub(crate) fn shared_rows(&mut self, sizes: &Sizes) -> Result<Rows, &'static str> {
        let first = self.observed.first().ok_or("nothing is observed")?;
        let axis = first.axes.first().and_then(|name| self.axes.iter().find(|a| a.name == *name));
        let axis = axis.ok_or("an observed variable is a scalar")?;
        let root = sizes.resolve(&named(&axis.name));
        if !axis.free || root.fixed().is_some() {
            return Err(
                "the first axis of the observed variables has a fixed length, such as that of a latent variable",
            );
        }
        let names: Vec<String> = self
            .axes
            .iter()
            .filter(|a| sizes.resolve(&named(&a.name)) == root)
            .map(|a| a.name.clone())
            .collect();
        let is_rows = |a: &String| names.contains(a);
        if !self.observed.iter().all(|o| o.axes.first().is_some_and(is_rows)) {
            return Err("the observed variables do not share their first axis");
        }
        // A Gaussian process is one value over all its points.
        if self.observed.iter().any(|o| sizes.resolve(&o.elementwise.dim(0)) != root) {
            return Err("the rows of an observed variable are one value together");
        }
        if self.arrays().any(|(_, axes, _)| axes.iter().skip(1).any(is_rows)) {
            return Err("the rows are not the first axis of every array that has them");
        }
        let with_rows: Vec<&str> =
            self.arrays().filter(|(_, axes, _)| axes.first().is_some_and(is_rows)).map(|(n, ..)| n).collect();
        let sees_rows = |e: &Expr| e.free_inputs().iter().any(|n| with_rows.contains(&&**n));
        if self.variables.iter().any(|v| sees_rows(&v.log_density)) {
            return Err("the prior of a latent variable is computed from the rows");
        }
        let scaled: Vec<bool> =
            self.potentials.iter().map(|p| sizes.resolve(&p.value.dim(0)) == root).collect();
        if self.potentials.iter().zip(&scaled).any(|(p, &scaled)| !scaled && sees_rows(&p.value)) {
            return Err("a potential is computed from the rows but does not have them as its first axis");
        }
        let count = axis.length;
        for (p, scaled) in self.potentials.iter_mut().zip(scaled) {
            p.scaled = scaled;
        }
        Ok(Rows { names, count })
    }

    /// The sum over the rows; with `batched`, scaled from the rows at hand to all rows.
    pub(crate) fn over_rows(&self, elementwise: &Expr, batched: bool) -> Expr {
        let sum = elementwise.sum();
        match &self.rows {
            Ok(rows) if batched => sum * (rows.count as f64 / Expr::size(rows.names[0].as_str())),
            _ => sum,
        }
    }
}
