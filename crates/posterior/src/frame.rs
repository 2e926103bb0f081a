//! The bookkeeping that draws and data share: names that do not clash, dimensions of one size, coordinates.

use std::collections::BTreeMap;

use crate::{Coord, Dtype, Error, Variable};

/// The two axes that every array of a draws group begins with.
pub(crate) const AXES: [&str; 2] = ["chain", "draw"];

/// Variables over common dimensions. `axes` says whether every variable begins with chain and draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) axes: bool,
    pub(crate) chains: usize,
    pub(crate) draws: usize,
    pub(crate) coords: BTreeMap<String, Coord>,
    pub(crate) variables: Vec<Variable>,
}

impl Frame {
    pub(crate) fn of_draws(chains: usize, draws: usize) -> Frame {
        let coords = [(AXES[0], chains), (AXES[1], draws)];
        Frame {
            axes: true,
            chains,
            draws,
            coords: coords.map(|(name, size)| (name.to_owned(), Coord::range(size))).into(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn of_data() -> Frame {
        Frame { axes: false, chains: 1, draws: 1, coords: BTreeMap::new(), variables: Vec::new() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name == name)
    }

    pub(crate) fn push(
        &mut self,
        name: &str,
        dims: &[(&str, usize)],
        values: Vec<f64>,
        dtype: Dtype,
    ) -> Result<(), Error> {
        check_name(name)?;
        if self.get(name).is_some() {
            return Err(Error::Duplicate { name: name.to_owned() });
        }
        if self.axes {
            for (dim, size) in AXES.iter().zip([self.chains, self.draws]) {
                if size == 0 {
                    return Err(Error::EmptyAxis { name: name.to_owned(), dim: (*dim).to_owned() });
                }
            }
        }
        let named: Vec<(String, usize)> = dims
            .iter()
            .enumerate()
            .map(|(i, &(dim, size))| {
                (if dim.is_empty() { format!("{name}_dim_{i}") } else { dim.to_owned() }, size)
            })
            .collect();
        self.check_dims(name, &named)?;
        let expected = named
            .iter()
            .map(|d| d.1)
            .chain([self.chains, self.draws])
            .try_fold(1_usize, usize::checked_mul)
            .unwrap_or(usize::MAX);
        if values.len() != expected {
            return Err(Error::Length { name: name.to_owned(), expected, found: values.len() });
        }
        dtype.check(name, &values)?;
        // Nothing above has changed the frame: a refused variable leaves no trace.
        for (dim, size) in &named {
            self.coords.entry(dim.clone()).or_insert_with(|| Coord::range(*size));
        }
        let (dims, shape) = named.into_iter().unzip();
        let (chains, draws) = (self.chains, self.draws);
        self.variables.push(Variable { name: name.to_owned(), dims, shape, chains, draws, dtype, values });
        Ok(())
    }

    fn check_dims(&self, name: &str, dims: &[(String, usize)]) -> Result<(), Error> {
        if self.coords.contains_key(name) || AXES.contains(&name) {
            return Err(Error::Clash { name: name.to_owned() });
        }
        for (i, (dim, size)) in dims.iter().enumerate() {
            check_name(dim)?;
            if AXES.contains(&dim.as_str()) {
                let reason = "chain and draw are axes of the whole group, not dimensions of a variable";
                return Err(Error::Name { name: dim.clone(), reason });
            }
            if dim == name || self.get(dim).is_some() {
                return Err(Error::Clash { name: dim.clone() });
            }
            if dims[..i].iter().any(|(other, _)| other == dim) {
                return Err(Error::RepeatedDim { name: name.to_owned(), dim: dim.clone() });
            }
            if *size == 0 {
                return Err(Error::EmptyAxis { name: name.to_owned(), dim: dim.clone() });
            }
            match self.coords.get(dim).map(Coord::len) {
                Some(known) if known != *size => {
                    return Err(Error::DimSize {
                        dim: dim.clone(),
                        expected: known,
                        found: *size,
                        place: format!("variable {name:?}"),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn set_coords(&mut self, dim: &str, coord: Coord) -> Result<(), Error> {
        check_name(dim)?;
        if self.get(dim).is_some() {
            return Err(Error::Clash { name: dim.to_owned() });
        }
        coord.check(dim)?;
        match self.coords.get(dim).map(Coord::len) {
            Some(known) if known != coord.len() => {
                return Err(Error::DimSize {
                    dim: dim.to_owned(),
                    expected: known,
                    found: coord.len(),
                    place: "its coordinate".to_owned(),
                });
            }
            None if coord.is_empty() => {
                return Err(Error::EmptyAxis { name: "coordinate".to_owned(), dim: dim.to_owned() });
            }
            _ => {}
        }
        self.coords.insert(dim.to_owned(), coord);
        Ok(())
    }

    /// The row names of a variable's elements, as ArviZ writes them: `w[a, 0]`, or `w` for a scalar.
    pub(crate) fn labels(&self, variable: &Variable) -> Vec<String> {
        if variable.shape.is_empty() {
            return vec![variable.name.clone()];
        }
        let mut index = vec![0_usize; variable.shape.len()];
        let mut labels = Vec::with_capacity(variable.elements());
        for _ in 0..variable.elements() {
            let texts: Vec<String> = variable
                .dims
                .iter()
                .zip(&index)
                .map(|(dim, &i)| self.coords.get(dim).map_or_else(|| i.to_string(), |c| c.text(i)))
                .collect();
            labels.push(format!("{}[{}]", variable.name, texts.join(", ")));
            for (i, &size) in index.iter_mut().zip(&variable.shape).rev() {
                *i += 1;
                if *i < size {
                    break;
                }
                *i = 0;
            }
        }
        labels
    }
}

/// A name becomes a folder in a store, on any system.
fn check_name(name: &str) -> Result<(), Error> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.starts_with('.') {
        "it begins with a dot, as a store's own files do"
    } else if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        "it holds a slash, a backslash or a control character"
    } else {
        return Ok(());
    };
    Err(Error::Name { name: name.to_owned(), reason })
}
