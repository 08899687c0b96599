//! Weighted samples of a run in a file: text with commas, or NumPy's format, by the ending of its name.
//!
//! A row has the variables, the components, and a weight: what the sample adds to the first integral, so that the weights of all rows
//! sum up to it. How much that is in the end depends on how many samples there will be, which nobody knows while rows are written: they
//! hold a multiple, and are scaled when the run is over, into a copy that takes the file's place. Whatever ends a run that can still act,
//! the file ends with a whole row; one that is killed while it writes may leave the last row of a text cut off.

use crate::algorithms::{Recorder, Samples};
use crate::replace::{self, Kind, WriteError};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What a file in NumPy's format begins with: its version, the length of what follows, and the shape, which NumPy itself writes last: by
/// that files of ours are known.
const NUMPY: &[u8] = b"\x93NUMPY\x01\x00\x76\x00{'shape': (";
/// Where its numbers begin: the length of the description is part of the format, so that it can be written again with more rows.
const HEADER: usize = 128;

/// A file that takes the samples of a run.
///
/// ```
/// use fubini::samples::SampleFile;
/// use fubini::{Domain, Integrator, Options, Tap, Vegas, scalar};
/// use std::sync::{Arc, Mutex};
///
/// let path = std::env::temp_dir().join(format!("fubini-doc-{}.csv", std::process::id()));
/// let file = Arc::new(Mutex::new(SampleFile::create(&path, &["x", "y", "f", "weight"])?));
/// let options = Options::default().rtol(1e-2).samples(Tap::new(&file));
/// let report = Vegas::default().integrate(&scalar(2, |x| x[0] * x[1]), &Domain::unit(2), &options)?;
/// let rows = file.lock().unwrap().finish()?;
/// let text = std::fs::read_to_string(&path)?;
/// let sum: f64 = text.lines().skip(1).filter_map(|row| row.rsplit(',').next()?.parse::<f64>().ok()).sum();
/// assert!(rows > 10_000 && (sum - report.integrals[0].value).abs() < 1e-12);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SampleFile {
    path: PathBuf,
    file: File,
    is_numpy: bool,
    columns: usize,
    /// Rows that count, and where they end.
    rows: u64,
    end: u64,
    /// Rows that were written since, and samples that count.
    fresh: u64,
    samples: u64,
    buffer: Vec<u8>,
    /// What went wrong; nothing is written after that.
    failure: Option<io::Error>,
}

/// Whether a file of this name can hold samples: it ends in `.csv` or `.npy`.
pub fn is_sample_file(path: &Path) -> bool {
    matches!(ending(path), "csv" | "npy")
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or("")
}

/// Whether a file that begins like this holds samples.
pub(crate) fn is_samples(head: &[u8]) -> bool {
    head.starts_with(NUMPY) || first_line(head).ends_with(b",weight")
}

fn first_line(head: &[u8]) -> &[u8] {
    head.split(|byte| *byte == b'\n').next().unwrap_or(head)
}

impl SampleFile {
    /// A new file with columns of these names. A file of samples that is there is replaced, a text only if it has the same columns: others
    /// may end in `weight` as well.
    ///
    /// # Errors
    /// What is there holds something else; what the file system says.
    pub fn create(path: &Path, names: &[&str]) -> Result<Self, WriteError> {
        let is_numpy = ending(path) == "npy";
        replace::try_out(path, Kind::Samples)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let head = if is_numpy { numpy_header(0, names.len()) } else { (names.join(",") + "\n").into_bytes() };
        let mut there = Vec::new();
        (&file).take(head.len() as u64).read_to_end(&mut there)?;
        if !is_numpy && !there.is_empty() && there != head {
            return Err(WriteError::Foreign { expected: "samples with these columns" });
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&head)?;
        let (path, end) = (path.to_path_buf(), head.len() as u64);
        let (columns, buffer) = (names.len(), Vec::new());
        Ok(SampleFile { path, file, is_numpy, columns, rows: 0, end, fresh: 0, samples: 0, buffer, failure: None })
    }

    /// Rows that are in the file and count.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Gives all weights their last scale, and returns how many rows there are.
    ///
    /// # Errors
    /// What the file system says, now or while rows were written. The rows that are there count all the same: their weights sum up to a
    /// multiple of the integral then.
    pub fn finish(&mut self) -> io::Result<u64> {
        self.discard();
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let scale = 1.0 / self.samples.max(1) as f64;
        let rows = self.rows;
        let (mut from, is_numpy, columns) = (self.file.try_clone()?, self.is_numpy, self.columns);
        from.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::new(from);
        replace::write_by(&self.path, Kind::Samples, |file| {
            let mut to = BufWriter::new(file);
            let scaled =
                if is_numpy { scale_numpy(&mut from, &mut to, columns, scale) } else { scale_text(&mut from, &mut to, scale) };
            scaled.and_then(|()| to.flush())
        })
        .map_err(|error| match error {
            WriteError::System(error) => error,
            other => io::Error::other(other.to_string()),
        })?;
        Ok(rows)
    }

    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> io::Result<()>) {
        if self.failure.is_none() {
            self.failure = work(self).err();
        }
    }
}

fn numpy_header(rows: u64, columns: usize) -> Vec<u8> {
    let mut header = NUMPY.to_vec();
    header.extend(format!("{rows}, {columns}), 'descr': '<f8', 'fortran_order': False, }}").bytes());
    header.resize(HEADER - 1, b' ');
    header.push(b'\n');
    header
}

fn scale_numpy(from: &mut impl Read, to: &mut impl Write, columns: usize, scale: f64) -> io::Result<()> {
    let mut header = [0; HEADER];
    from.read_exact(&mut header)?;
    to.write_all(&header)?;
    let mut row = vec![0; 8 * columns];
    while from.read_exact(&mut row).is_ok() {
        let Some(weight) = row.last_chunk_mut::<8>() else { continue };
        *weight = (f64::from_le_bytes(*weight) * scale).to_le_bytes();
        to.write_all(&row)?;
    }
    Ok(())
}

fn scale_text(from: &mut impl BufRead, to: &mut impl Write, scale: f64) -> io::Result<()> {
    let mut row = String::new();
    from.read_line(&mut row)?;
    to.write_all(row.as_bytes())?;
    loop {
        row.clear();
        if from.read_line(&mut row)? == 0 {
            return Ok(());
        }
        let scaled = row.rsplit_once(',').and_then(|(rest, weight)| Some((rest, weight.trim_end().parse::<f64>().ok()? * scale)));
        let (rest, weight) = scaled.ok_or_else(|| io::Error::other("somebody else has written into it"))?;
        writeln!(to, "{rest},{weight:e}")?;
    }
}

impl Recorder for SampleFile {
    fn take(&mut self, samples: &Samples) {
        let (points, components) = (samples.points(), samples.components());
        self.buffer.clear();
        for (i, weight) in samples.weights().iter().enumerate() {
            let numbers = (0..points.dim()).map(|d| points.axis(d)[i]).chain((0..components).map(|c| samples.values(c)[i]));
            let numbers = numbers.chain([weight * samples.values(0)[i]]);
            if self.is_numpy {
                self.buffer.extend(numbers.flat_map(f64::to_le_bytes));
            } else {
                for (k, number) in numbers.enumerate() {
                    let separator = if k == 0 { "" } else { "," };
                    // Writing to memory cannot fail.
                    _ = write!(self.buffer, "{separator}{number:e}");
                }
                self.buffer.push(b'\n');
            }
        }
        self.fresh += samples.len() as u64;
        self.attempt(|own| own.file.write_all(&own.buffer));
    }

    fn keep(&mut self, samples: u64) {
        self.samples += samples;
        let fresh = std::mem::take(&mut self.fresh);
        self.attempt(|own| {
            own.rows += fresh;
            if own.is_numpy {
                own.file.seek(SeekFrom::Start(0))?;
                own.file.write_all(&numpy_header(own.rows, own.columns))?;
            }
            own.end = own.file.seek(SeekFrom::End(0))?;
            Ok(())
        });
    }

    fn discard(&mut self) {
        self.fresh = 0;
        self.buffer.clear();
        // A full disk has left part of a batch, which goes as well.
        let failed = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::End(0)).map(|_| ())).err();
        self.failure = self.failure.take().or(failed);
    }
}
