//! NumPy's `.npz` archives: named arrays in one file.

use std::io::{Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::npy::file_error;
use crate::{Array, Error, Real};

impl<T: Real> Array<T> {
    /// Reads every array of a `.npz` archive, stored or deflated, in the archive's order; names are without `.npy`.
    ///
    /// # Errors
    /// [`Error::File`], with the name of the entry, for what is not such an archive or is cut short;
    /// [`Error::ElementType`] for an entry of complex numbers, text or records; [`Error::TooLarge`].
    pub fn read_npz(reader: impl Read + Seek) -> Result<Vec<(String, Self)>, Error> {
        let mut archive = ZipArchive::new(reader).map_err(|e| archive_error("npz", e))?;
        (0..archive.len())
            .map(|i| {
                let entry = archive.by_index(i).map_err(|e| archive_error("npz", e))?;
                let name = entry.name().strip_suffix(".npy").unwrap_or(entry.name()).to_string();
                let array = Array::read_entry(&name, entry)?;
                Ok((name, array))
            })
            .collect()
    }

    /// Writes a `.npz` archive that `numpy.load` opens: as `numpy.savez`, or as `numpy.savez_compressed` when `compressed`.
    ///
    /// # Errors
    /// [`Error::File`] when the writer fails or a name comes twice.
    ///
    /// ```
    /// use elbo_tensor_ad::Array;
    ///
    /// let (x, y) = (Array::from([[1.0, 2.0]]), Array::from([0.5]));
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// Array::write_npz(&[("x", &x), ("y", &y)], &mut file, true)?;
    /// assert_eq!(Array::read_npz(file)?, [("x".to_string(), x), ("y".to_string(), y)]);
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    pub fn write_npz(
        arrays: &[(&str, &Self)],
        writer: impl Write + Seek,
        compressed: bool,
    ) -> Result<(), Error> {
        let method = if compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        // No time stamp: the same arrays give the same bytes.
        let options = SimpleFileOptions::default().compression_method(method).large_file(true);
        let mut archive = ZipWriter::new(writer);
        for (name, array) in arrays {
            archive.start_file(format!("{name}.npy"), options).map_err(|e| archive_error(name, e))?;
            array.write_entry(name, &mut archive)?;
        }
        archive.finish().map(drop).map_err(|e| archive_error("npz", e))
    }
}

fn archive_error(entry: &str, e: zip::result::ZipError) -> Error {
    file_error(entry, &std::io::Error::from(e))
}
