//! A whole result: groups of draws and of data under ArviZ's names.

use std::collections::BTreeMap;
use std::path::Path;

use crate::frame::Frame;
use crate::{Data, Draws, Error, zarr};

/// ArviZ's InferenceData: up to eight groups, each on its own coordinates.
///
/// Fill the groups that there are and leave the rest `None`:
/// `InferenceData { posterior: Some(draws), ..Default::default() }`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InferenceData {
    /// Draws of the model's unknowns, given the data.
    pub posterior: Option<Draws>,
    /// Draws of the observed variables, given the data.
    pub posterior_predictive: Option<Draws>,
    /// The log density of each observation at each draw of the posterior.
    pub log_likelihood: Option<Draws>,
    /// What the algorithm says about each draw, such as `lp` or `diverging`.
    pub sample_stats: Option<Draws>,
    /// Draws of the model's unknowns before the data.
    pub prior: Option<Draws>,
    /// Draws of the observed variables before the data.
    pub prior_predictive: Option<Draws>,
    /// The observations.
    pub observed_data: Option<Data>,
    /// The other inputs of the model.
    pub constant_data: Option<Data>,
    /// Text about the whole result, such as a seed. ArviZ shows it as attributes. Nothing is added by itself
    /// but the creator's name and version, which [`read_zarr`](InferenceData::read_zarr) leaves out again.
    pub attrs: BTreeMap<String, String>,
}

impl InferenceData {
    /// Saves everything as a Zarr store (format 2), a folder: `az.from_zarr("path")` opens it.
    ///
    /// The store is written beside `path` under another name and then renamed, so that a failure leaves what
    /// was there. A store that this crate wrote earlier is replaced, and an empty folder too; anything else
    /// is refused.
    ///
    /// Read by `az.from_zarr` of ArviZ 0.23 (which wants `zarr` below 3, and an `xarray` that still reads
    /// through that) and of ArviZ 1.3; with ArviZ 0.23 and `zarr` 3 by
    /// `az.InferenceData.from_datatree(xarray.open_datatree(path, engine="zarr"))`. Python lists a group's
    /// variables alphabetically; their own order is in the group's attribute `variable_order`. The summary of
    /// ArviZ 1.3.0 can put a matrix's rows under wrong labels where a variable before it shares the matrix's
    /// last dimension, however the data were made: there, summarise one variable at a time.
    ///
    /// Arrays are uncompressed little-endian and each in one chunk. The same contents give the same bytes.
    ///
    /// # Errors
    /// [`Error::NoGroups`], [`Error::InTheWay`], [`Error::Io`], and [`Error::Name`] for an attribute name
    /// that the store itself uses.
    pub fn write_zarr(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        zarr::write(self, path.as_ref(), false)
    }

    /// As [`write_zarr`](InferenceData::write_zarr), but replaces any Zarr store, whoever wrote it. Still
    /// nothing else: a file, or a folder that is not a store, is refused.
    ///
    /// # Errors
    /// As [`write_zarr`](InferenceData::write_zarr).
    pub fn replace_zarr(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        zarr::write(self, path.as_ref(), true)
    }

    /// Reads a store that [`write_zarr`](InferenceData::write_zarr) wrote.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Json`] for what cannot be read, [`Error::ChunkSize`] for an array cut
    /// short, [`Error::Store`] for anything that this crate does not write (compression, several chunks,
    /// other groups or number types), and the errors of [`Draws::push`] for arrays that do not fit together.
    pub fn read_zarr(path: impl AsRef<Path>) -> Result<InferenceData, Error> {
        zarr::read(path.as_ref())
    }

    /// The groups that there are, by name.
    pub(crate) fn groups(&self) -> Vec<(&'static str, &Frame)> {
        fn frame(draws: &Option<Draws>) -> Option<&Frame> {
            draws.as_ref().map(|d| &d.frame)
        }
        fn data(data: &Option<Data>) -> Option<&Frame> {
            data.as_ref().map(|d| &d.frame)
        }
        [
            ("posterior", frame(&self.posterior)),
            ("posterior_predictive", frame(&self.posterior_predictive)),
            ("log_likelihood", frame(&self.log_likelihood)),
            ("sample_stats", frame(&self.sample_stats)),
            ("prior", frame(&self.prior)),
            ("prior_predictive", frame(&self.prior_predictive)),
            ("observed_data", data(&self.observed_data)),
            ("constant_data", data(&self.constant_data)),
        ]
        .into_iter()
        .filter_map(|(name, frame)| frame.map(|f| (name, f)))
        .collect()
    }

    /// The place of a group of draws; `None` for another name.
    pub(crate) fn draws_slot(&mut self, name: &str) -> Option<&mut Option<Draws>> {
        Some(match name {
            "posterior" => &mut self.posterior,
            "posterior_predictive" => &mut self.posterior_predictive,
            "log_likelihood" => &mut self.log_likelihood,
            "sample_stats" => &mut self.sample_stats,
            "prior" => &mut self.prior,
            "prior_predictive" => &mut self.prior_predictive,
            _ => return None,
        })
    }

    /// The place of a group of data; `None` for another name.
    pub(crate) fn data_slot(&mut self, name: &str) -> Option<&mut Option<Data>> {
        Some(match name {
            "observed_data" => &mut self.observed_data,
            "constant_data" => &mut self.constant_data,
            _ => return None,
        })
    }
}
