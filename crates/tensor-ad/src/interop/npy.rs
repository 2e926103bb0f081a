//! NumPy's `.npy` files as an [`Array`], and back (the format of NumPy's NEP 1, versions 1 to 3).
//!
//! Read here and not by a crate: the ones looked at reserve or multiply what a damaged header says, and panic or run out of memory.

use std::io::{self, ErrorKind, Read, Write};

use crate::{Array, Error, Real};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Headers end on a multiple of this.
const ALIGN: usize = 64;
/// No header of real numbers is longer: 64 axes of 20 digits.
const LONGEST_HEADER: usize = 4096;

impl<T: Real> Array<T> {
    /// Reads a `.npy` file: floating-point numbers of 4 or 8 bytes, integers and booleans of any width and byte order,
    /// in C or Fortran order. Numbers are rounded to the nearest of the element type; integers above 2⁵³ pass through `f64`.
    ///
    /// # Errors
    /// [`Error::File`] for what is not such a file or is cut short; [`Error::ElementType`] for complex
    /// numbers, text and records; [`Error::TooLarge`] for a shape that overflows.
    ///
    /// ```
    /// use elbo_tensor_ad::Array;
    ///
    /// let a = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let mut file = Vec::new();
    /// a.write_npy(&mut file)?;
    /// assert_eq!(Array::read_npy(file.as_slice())?, a);
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    pub fn read_npy(reader: impl Read) -> Result<Self, Error> {
        Self::read_entry("npy", reader)
    }

    /// Writes a `.npy` file of little-endian `f8` or `f4`, in C order: the bytes that `numpy.save` writes.
    ///
    /// # Errors
    /// [`Error::File`] when the writer fails.
    pub fn write_npy(&self, writer: impl Write) -> Result<(), Error> {
        self.write_entry("npy", writer)
    }

    pub(super) fn read_entry(entry: &str, mut reader: impl Read) -> Result<Self, Error> {
        let failed = |e: io::Error| file_error(entry, &e);
        let header = Header::read(&mut reader).map_err(failed)?;
        let element = Element::parse(&header.descr)
            .ok_or_else(|| Error::ElementType { entry: entry.to_string(), found: header.descr.clone() })?;
        let count = header
            .shape
            .iter()
            .try_fold(1usize, |n, &d| n.checked_mul(d))
            .filter(|&n| n <= isize::MAX as usize / 8)
            .ok_or(Error::TooLarge)?;
        let data = element.read(&mut reader, count).map_err(failed)?;
        if header.fortran { Ok(from_fortran(&header.shape, &data)) } else { Array::new(header.shape, data) }
    }

    pub(super) fn write_entry(&self, entry: &str, mut writer: impl Write) -> Result<(), Error> {
        let width = size_of::<T>();
        let lengths: Vec<String> = self.shape().iter().map(usize::to_string).collect();
        // Python's tuple of one element ends with a comma.
        let comma = if lengths.len() == 1 { "," } else { "" };
        let shape = lengths.join(", ");
        let mut header =
            format!("{{'descr': '<f{width}', 'fortran_order': False, 'shape': ({shape}{comma}), }}");
        let before = MAGIC.len() + 4;
        let length = (before + header.len() + 1).next_multiple_of(ALIGN) - before;
        header.extend(std::iter::repeat_n(' ', length - header.len() - 1));
        header.push('\n');
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        // Any array in memory has fewer than 64 axes of a few digits each than would fill two bytes of length.
        bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend(header.bytes());
        for x in self.data() {
            // A number passes unchanged through its own type.
            match width {
                8 => bytes.extend(x.to_f64().to_le_bytes()),
                _ => bytes.extend((x.to_f64() as f32).to_le_bytes()),
            }
        }
        writer.write_all(&bytes).map_err(|e| file_error(entry, &e))
    }
}

pub(super) fn file_error(entry: &str, e: &io::Error) -> Error {
    Error::File { entry: entry.to_string(), kind: e.kind(), message: e.to_string() }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// What a file says of itself: `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`.
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    fn read(reader: &mut impl Read) -> io::Result<Header> {
        let mut start = [0; 8];
        reader.read_exact(&mut start)?;
        if !start.starts_with(MAGIC) {
            return Err(invalid("not a .npy file"));
        }
        let length = match start[6] {
            1 => {
                let mut bytes = [0; 2];
                reader.read_exact(&mut bytes)?;
                u16::from_le_bytes(bytes) as usize
            }
            2 | 3 => {
                let mut bytes = [0; 4];
                reader.read_exact(&mut bytes)?;
                u32::from_le_bytes(bytes) as usize
            }
            _ => return Err(invalid("unknown version of .npy")),
        };
        // Records of many fields have longer ones; they are not real numbers.
        if length > LONGEST_HEADER {
            return Err(invalid("the header is longer than an array of numbers needs"));
        }
        let mut text = vec![0; length];
        reader.read_exact(&mut text)?;
        let text = std::str::from_utf8(&text).map_err(|_| invalid("the header is not text"))?;
        Header::parse(text)
            .ok_or_else(|| invalid("the header is not a record of descr, fortran_order and shape"))
    }

    fn parse(text: &str) -> Option<Header> {
        let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        while !rest.is_empty() {
            let (key, after) = quoted(rest)?;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            rest = match key {
                "descr" if value.starts_with('[') => {
                    // A record: kept as it is written, to be named in the error.
                    descr = Some(value.to_string());
                    fortran.get_or_insert(false);
                    shape.get_or_insert_with(Vec::new);
                    ""
                }
                "descr" => {
                    let (found, after) = quoted(value)?;
                    descr = Some(found.to_string());
                    after
                }
                "fortran_order" => {
                    let after = value.strip_prefix("True");
                    fortran = Some(after.is_some());
                    after.or_else(|| value.strip_prefix("False"))?
                }
                "shape" => {
                    let (inside, after) = value.strip_prefix('(')?.split_once(')')?;
                    let inside = inside.trim();
                    let inside = inside.strip_suffix(',').unwrap_or(inside);
                    let lengths =
                        inside.split(',').map(str::trim).filter(|n| !(n.is_empty() && inside.is_empty()));
                    shape = Some(lengths.map(|n| n.parse().ok()).collect::<Option<Vec<usize>>>()?);
                    after
                }
                _ => return None,
            }
            .trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        Some(Header { descr: descr?, fortran: fortran?, shape: shape? })
    }
}

/// The text between quotation marks at the start, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(mark)
}

/// A real type that NumPy stores.
struct Element {
    big_endian: bool,
    kind: char,
    width: usize,
}

impl Element {
    fn parse(descr: &str) -> Option<Element> {
        let mut chars = descr.chars();
        let big_endian = match chars.next()? {
            '<' | '|' => false,
            '>' => true,
            // The order of the machine that wrote it, which is not said.
            _ => return None,
        };
        let kind = chars.next()?;
        let width = chars.as_str().parse().ok()?;
        let known = match kind {
            'f' => matches!(width, 4 | 8),
            'i' | 'u' => matches!(width, 1 | 2 | 4 | 8),
            'b' => width == 1,
            _ => false,
        };
        known.then_some(Element { big_endian, kind, width })
    }

    fn read<T: Real>(&self, reader: &mut impl Read, count: usize) -> io::Result<Vec<T>> {
        // Not reserved at once: a damaged header may promise any number of elements.
        let mut data = Vec::new();
        let mut buffer = [0u8; 8192];
        while data.len() < count {
            let part = (count - data.len()).min(buffer.len() / self.width);
            let bytes = &mut buffer[..part * self.width];
            reader.read_exact(bytes)?;
            data.extend(bytes.chunks_exact(self.width).map(|b| T::from_f64(self.number(b))));
        }
        Ok(data)
    }

    fn number(&self, bytes: &[u8]) -> f64 {
        // The bytes of a number as an integer, most significant last.
        let mut bits = 0u64;
        for (i, &b) in bytes.iter().enumerate() {
            let place = if self.big_endian { self.width - 1 - i } else { i };
            bits |= u64::from(b) << (8 * place);
        }
        match (self.kind, self.width) {
            ('f', 8) => f64::from_bits(bits),
            ('f', _) => f64::from(f32::from_bits(bits as u32)),
            ('i', _) => {
                let unused = 64 - 8 * self.width as u32;
                ((bits << unused) as i64 >> unused) as f64
            }
            ('b', _) => f64::from(u8::from(bits != 0)),
            _ => bits as f64,
        }
    }
}

/// Column-major elements as a row-major array.
fn from_fortran<T: Real>(shape: &[usize], data: &[T]) -> Array<T> {
    let mut array = Array::zeros(shape);
    let mut index = vec![0; shape.len()];
    for slot in array.data_mut() {
        let at = index.iter().zip(shape).rev().fold(0, |at, (&i, &n)| at * n + i);
        *slot = data[at];
        for (i, &n) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < n {
                break;
            }
            *i = 0;
        }
    }
    array
}
