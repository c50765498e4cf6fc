use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use pressmark_jsonl::Record;
use sha2::{Digest, Sha256};

use crate::columnar::ColumnarFile;
use crate::csv::CsvFile;
use crate::error::at;
use crate::partial::Partial;
use crate::{Error, Result, Table, View};

/// A file format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableFormat {
    /// Comma-separated values (RFC 4180) in UTF-8, with a header.
    Csv,
    /// Apache Parquet, compressed with Zstandard, or with LZ4 if the crate is built without the feature `zstd`.
    Parquet,
    /// Arrow IPC file, also called Feather V2, uncompressed.
    Arrow,
}

impl TableFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Parquet, Self::Arrow];

    /// Returns a one-line description.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Csv => "Flat tables: comma-separated values, one file per table",
            Self::Parquet => "Flat tables: Apache Parquet, one file per table",
            Self::Arrow => "Flat tables: Arrow IPC files (Feather V2), one per table",
        }
    }

    /// Returns the file extension.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }
}

/// Writes records to a folder of tables, one file each, renamed to their final names only when all are complete.
///
/// Memory does not grow with the number of rows, except for a 16-byte hash of each document's id. Columnar tables are
/// written in groups of up to 65,536 rows or about 16 MiB of text.
#[derive(Debug)]
pub struct TableWriter {
    files: Vec<TableFile>,
    /// First 16 bytes of the SHA-256 of each id: 128 bits make an accidental collision negligible.
    seen: HashSet<[u8; 16]>,
}

/// Summary of a written table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTable {
    /// Name of the table.
    pub name: &'static str,
    /// Path of the file.
    pub path: PathBuf,
    /// Number of rows.
    pub rows: u64,
    /// Length of the file in bytes.
    pub bytes: u64,
}

impl TableWriter {
    /// Returns the files of these tables in a folder.
    #[must_use]
    pub fn files(folder: &Path, format: TableFormat, tables: &[&'static Table]) -> Vec<PathBuf> {
        tables.iter().map(|table| file_of(folder, format, table)).collect()
    }

    /// Creates the files of tables in a folder, which is created if needed.
    ///
    /// No existing file is replaced unless `overwrite` is set.
    ///
    /// # Errors
    /// [`Error::Exists`] if a file would be replaced; [`Error::File`] if the folder or a file cannot be created.
    pub fn create(folder: &Path, format: TableFormat, tables: &[&'static Table], overwrite: bool) -> Result<Self> {
        if let Some(path) = Self::files(folder, format, tables).into_iter().find(|path| path.exists() && !overwrite) {
            return Err(Error::Exists(path));
        }
        fs::create_dir_all(folder).map_err(at("create the folder", folder))?;
        let files = tables.iter().map(|table| TableFile::begin(folder, format, table)).collect::<Result<_>>()?;
        Ok(Self { files, seen: HashSet::new() })
    }

    /// Writes the rows of a record.
    ///
    /// # Errors
    /// If the record is inconsistent or has the id of an earlier one ([`Error::is_of_record`]), in which case none of
    /// its rows is written and writing can continue; or if a file cannot be written.
    pub fn add(&mut self, record: &Record<'_>) -> Result<()> {
        let view = View::new(record)?;
        let digest = Sha256::digest(record.id.as_bytes());
        let id = digest.first_chunk().copied().unwrap_or_default();
        if !self.seen.insert(id) {
            return Err(Error::Repeated { doc: record.id.to_string() });
        }
        self.files.iter_mut().try_for_each(|file| file.add(&view))
    }

    /// Returns the number of documents written so far.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Finishes the files and renames them to their final names.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn finish(self) -> Result<Vec<WrittenTable>> {
        let whole = self.files.into_iter().map(TableFile::end).collect::<Result<Vec<_>>>()?;
        whole.into_iter().map(WholeTable::name).collect()
    }
}

fn file_of(folder: &Path, format: TableFormat, table: &Table) -> PathBuf {
    folder.join(format!("{}.{}", table.name, format.extension()))
}

/// A table's file being written.
#[derive(Debug)]
struct TableFile {
    table: &'static Table,
    partial: Partial,
    rows: u64,
    sheet: Sheet,
}

/// Writer of a table in one of the formats.
#[derive(Debug)]
enum Sheet {
    Csv(CsvFile),
    Columnar(ColumnarFile),
}

/// A complete file that still has its partial name.
struct WholeTable {
    table: &'static Table,
    partial: Partial,
    rows: u64,
}

impl TableFile {
    fn begin(folder: &Path, format: TableFormat, table: &'static Table) -> Result<Self> {
        let (partial, file) = Partial::create(&file_of(folder, format, table))?;
        let sheet = match format {
            TableFormat::Csv => CsvFile::begin(file, table.columns).map(Sheet::Csv),
            TableFormat::Parquet => ColumnarFile::parquet(file, table).map(Sheet::Columnar),
            TableFormat::Arrow => ColumnarFile::arrow(file, table).map(Sheet::Columnar),
        };
        let sheet = sheet.map_err(at("write", partial.path()))?;
        Ok(Self { table, partial, rows: 0, sheet })
    }

    fn add(&mut self, view: &View<'_>) -> Result<()> {
        let path = self.partial.path();
        self.rows += match &mut self.sheet {
            Sheet::Csv(file) => file.add(self.table, view, path)?,
            Sheet::Columnar(file) => file.add(view, path)?,
        };
        Ok(())
    }

    fn end(self) -> Result<WholeTable> {
        let Self { table, partial, rows, sheet } = self;
        let ended = match sheet {
            Sheet::Csv(file) => file.finish(),
            Sheet::Columnar(file) => file.finish(),
        };
        ended.map_err(at("write", partial.path()))?;
        Ok(WholeTable { table, partial, rows })
    }
}

impl WholeTable {
    fn name(self) -> Result<WrittenTable> {
        let path = self.partial.path().to_owned();
        self.partial.finish()?;
        let bytes = fs::metadata(&path).map_err(at("read", &path))?.len();
        Ok(WrittenTable { name: self.table.name, path, rows: self.rows, bytes })
    }
}
