//! `Csv`: tables from comma-separated files and back, with errors that say where.

use std::fmt;
use std::path::Path;

use csv::StringRecord;
use elbo_tensor_ad::Array;

use crate::{Dataset, Error};

/// The table in a comma-separated file with a header, whose last column is the target. For anything else see
/// [`Csv`].
///
/// # Errors
/// Those of [`Csv::read`].
pub fn read_csv(path: impl AsRef<Path>) -> Result<Dataset, Error> {
    Csv::new().read(path)
}

/// A column, by name or by index from 0. Made from a `&str` or a `usize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The column of this name in the header.
    Name(String),
    /// The column at this index, from 0.
    Index(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Column::Name(name.to_owned())
    }
}

impl From<usize> for Column {
    fn from(index: usize) -> Self {
        Column::Index(index)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Name(name) => write!(f, "{name:?}"),
            Column::Index(index) => write!(f, "{index} (counted from 0)"),
        }
    }
}

/// How to read a file of comma-separated values (RFC 4180) as a [`Dataset`].
///
/// | setting | default |
/// | --- | --- |
/// | [`target`](Self::target): the column of targets, by name or index | the last column |
/// | [`features`](Self::features): the columns of features, in this order | all but the target |
/// | [`text_target`](Self::text_target): the target is the name of a class | it is a number |
/// | [`header`](Self::header): the first line names the columns | true; without, they are `x0`, `x1`, … |
/// | [`delimiter`](Self::delimiter): the byte between cells | `,` |
/// | [`expect_rows`](Self::expect_rows): how many records there must be | any number above 0 |
///
/// Blanks around a cell do not count, and empty lines are passed over. Every number must be finite: an empty
/// cell, `NA` or `nan` is an error with its line and column, since the models above have no notion of a
/// missing number. Every record must have as many cells as the first. A file that ends within a record is
/// reported as cut short; one that ends exactly between two records, or within the digits of its last cell,
/// cannot be told from a whole one: say how many rows there must be.
///
/// ```
/// use elbo_datasets::{Csv, Error};
///
/// let text = "id,length,species\n1,5.1,setosa\n2,6.3,virginica\n3,4.9,setosa\n";
/// let data = Csv::new().target("species").text_target().features(["length"]).parse(text.as_bytes())?;
/// assert_eq!(data.target_names, ["setosa", "virginica"]);
/// assert_eq!(data.y.data(), [0.0, 1.0, 0.0]);
///
/// let broken = "a,b\n1,2\n3,x\n";
/// let error = Csv::new().parse(broken.as_bytes()).unwrap_err();
/// assert!(matches!(error, Error::NotANumber { line: 3, column: 2, .. }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Csv {
    target: Option<Column>,
    features: Option<Vec<Column>>,
    text_target: bool,
    header: bool,
    delimiter: u8,
    rows: Option<usize>,
}

impl Default for Csv {
    fn default() -> Self {
        Self { target: None, features: None, text_target: false, header: true, delimiter: b',', rows: None }
    }
}

impl Csv {
    /// The defaults of the table above.
    pub fn new() -> Self {
        Self::default()
    }

    /// The column of targets.
    pub fn target(mut self, column: impl Into<Column>) -> Self {
        self.target = Some(column.into());
        self
    }

    /// The columns of features, in the order that they shall have.
    pub fn features<C: Into<Column>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.features = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// The target column holds names of classes: they become 0, 1, … in alphabetical order, and the set's
    /// `target_names`.
    pub fn text_target(mut self) -> Self {
        self.text_target = true;
        self
    }

    /// Whether the first line names the columns.
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// The byte between cells: `b';'`, `b'\t'`, …
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// The number of records that there must be, header not counted.
    pub fn expect_rows(mut self, rows: usize) -> Self {
        self.rows = Some(rows);
        self
    }

    /// The table in the file at `path`; its name is the file's, without the extension.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::NoRecords`] for an empty file; [`Error::NotANumber`],
    /// [`Error::NotFiniteCell`], [`Error::Ragged`], [`Error::CutShort`], [`Error::Encoding`], each with its
    /// line; [`Error::RecordCount`]; [`Error::MissingColumn`]; [`Error::DuplicateColumn`]; [`Error::Empty`]
    /// when no feature column is left.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Dataset, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| Error::Io { file: file.clone(), source })?;
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(self.table(&bytes, &file)?.with_name(name))
    }

    /// The table in this text.
    ///
    /// # Errors
    /// Those of [`read`](Self::read); the errors call the file `text`.
    pub fn parse(&self, text: &[u8]) -> Result<Dataset, Error> {
        self.table(text, "text")
    }

    fn table(&self, bytes: &[u8], file: &str) -> Result<Dataset, Error> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut records = self.records(bytes, file)?.into_iter();
        let names: Vec<String> = match records.as_slice().first() {
            None => return Err(Error::NoRecords { file: file.to_owned() }),
            Some((_, first)) if !self.header => (0..first.len()).map(|j| format!("x{j}")).collect(),
            Some(_) => {
                let header = records.next().map(|(_, cells)| cells).unwrap_or_default();
                header.iter().map(|cell| cell.trim().to_owned()).collect()
            }
        };
        check_names(&names, file)?;
        let found = records.len();
        if found == 0 {
            return Err(Error::NoRecords { file: file.to_owned() });
        }
        if let Some(expected) = self.rows
            && expected != found
        {
            return Err(Error::RecordCount { file: file.to_owned(), expected, found });
        }

        let find = |column: &Column| {
            let place = match column {
                Column::Name(name) => names.iter().position(|n| n == name.trim()),
                Column::Index(index) => Some(*index).filter(|&j| j < names.len()),
            };
            place.ok_or_else(|| Error::MissingColumn {
                file: file.to_owned(),
                column: column.to_string(),
                columns: names.clone(),
            })
        };
        let target = self.target.as_ref().map_or(Ok(names.len() - 1), find)?;
        let features: Vec<usize> = match &self.features {
            Some(columns) => columns.iter().map(find).collect::<Result<_, _>>()?,
            None => (0..names.len()).filter(|&j| j != target).collect(),
        };

        let number = |line: usize, j: usize, cells: &StringRecord| -> Result<f64, Error> {
            let text = cells.get(j).unwrap_or_default().trim();
            let (file, name, text, column) = (file.to_owned(), names[j].clone(), text.to_owned(), j + 1);
            match text.parse::<f64>() {
                Ok(v) if v.is_finite() => Ok(v),
                Ok(_) => Err(Error::NotFiniteCell { file, line, column, name, text }),
                Err(_) => Err(Error::NotANumber { file, line, column, name, text }),
            }
        };
        let mut x = Vec::with_capacity(found * features.len());
        let mut y = Vec::with_capacity(found);
        let mut classes: Vec<String> = Vec::new();
        for (line, cells) in records {
            for &j in &features {
                x.push(number(line, j, &cells)?);
            }
            if self.text_target {
                classes.push(cells.get(target).unwrap_or_default().trim().to_owned());
            } else {
                y.push(number(line, target, &cells)?);
            }
        }
        let mut names_of_classes = classes.clone();
        names_of_classes.sort();
        names_of_classes.dedup();
        y.extend(classes.iter().map(|c| names_of_classes.partition_point(|n| n < c) as f64));

        let data = Dataset::new(Array::new([found, features.len()], x)?, Array::vector(y))?
            .with_feature_names(features.iter().map(|&j| names[j].as_str()))?;
        if self.text_target { data.with_target_names(names_of_classes) } else { Ok(data) }
    }

    /// The records of a file, each with the line on which it begins; all have as many cells as the first.
    fn records(&self, bytes: &[u8], file: &str) -> Result<Vec<(usize, StringRecord)>, Error> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(bytes);
        let mut lines = Lines { bytes, at: 0, line: 1 };
        let mut records: Vec<(usize, StringRecord)> = Vec::new();
        let mut record = csv::ByteRecord::new();
        let mut last_start = 0;
        // Reading from memory cannot fail, and a flexible reader refuses no record: what the crate could
        // report as an error is passed on.
        let failed = |e: csv::Error| Error::Io { file: file.to_owned(), source: e.into() };
        while reader.read_byte_record(&mut record).map_err(failed)? {
            let start = record.position().map_or(0, |p| p.byte() as usize);
            let line = lines.number_at(start);
            last_start = start;
            let cells = StringRecord::from_byte_record(record.clone()).map_err(|e| {
                let column = e.utf8_error().field() + 1;
                Error::Encoding { file: file.to_owned(), line, column }
            })?;
            // A line of blanks is an empty line.
            if cells.len() == 1 && cells[0].trim().is_empty() {
                continue;
            }
            records.push((line, cells));
        }

        let width = records.first().map_or(0, |(_, cells)| cells.len());
        let last = records.len().saturating_sub(1);
        for (i, (line, cells)) in records.iter().enumerate() {
            let (file, line, expected, found) = (file.to_owned(), *line, width, cells.len());
            // Quotes come in pairs in a whole record, doubled ones included.
            let open = || bytes[last_start..].iter().filter(|&&b| b == b'"').count() % 2 == 1;
            if i == last && i > 0 && (found < expected || open()) {
                return Err(Error::CutShort { file, line, expected, found });
            }
            if found != expected {
                return Err(Error::Ragged { file, line, expected, found });
            }
        }
        Ok(records)
    }
}

/// Counts lines up to where records begin. The reader's own count is off after `\r\n` and empty lines.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line, from 1, of the first byte at or after `start` that does not end a line. `start` must not go
    /// back.
    fn number_at(&mut self, start: usize) -> usize {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if self.at >= start && byte != b'\n' && byte != b'\r' {
                break;
            }
            let crlf = byte == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n');
            self.line += usize::from(byte == b'\n' || (byte == b'\r' && !crlf));
            self.at += 1;
        }
        self.line
    }
}

fn check_names(names: &[String], file: &str) -> Result<(), Error> {
    for (second, name) in names.iter().enumerate() {
        if let Some(first) = names[..second].iter().position(|n| n == name) {
            let (file, name) = (file.to_owned(), name.clone());
            return Err(Error::DuplicateColumn { file, name, first: first + 1, second: second + 1 });
        }
    }
    Ok(())
}

impl Dataset {
    /// The set as comma-separated text with a header, the target last under the name `target`. Each number is
    /// the shortest decimal that reads back to the same double, so that [`Csv::parse`] gives the same set,
    /// but for its name, the names of its classes and blanks around a feature's name.
    ///
    /// # Errors
    /// [`Error::DuplicateColumn`] when two features share a name, or one is called `target`.
    pub fn to_csv(&self) -> Result<String, Error> {
        let mut names = self.feature_names.clone();
        names.push("target".to_owned());
        check_names(&names, &self.name)?;
        let mut out = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(",");
        out.push('\n');
        for (row, y) in self.x.data().chunks_exact(self.n_features()).zip(self.y.data()) {
            row.iter().for_each(|v| out.push_str(&format!("{v:?},")));
            out.push_str(&format!("{y:?}\n"));
        }
        Ok(out)
    }

    /// Writes [`to_csv`](Self::to_csv) to the file at `path`.
    ///
    /// # Errors
    /// Those of [`to_csv`](Self::to_csv); [`Error::Io`].
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let text = self.to_csv()?;
        std::fs::write(path, text).map_err(|source| Error::Io { file: path.display().to_string(), source })
    }
}

/// A cell of text, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
