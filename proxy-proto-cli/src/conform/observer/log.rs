//! The log of a receiver.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
};

use crate::failure::Failure;

/// A log file, from where it ended when this was made.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    start: u64,
}

impl Log {
    pub(super) fn open(path: PathBuf) -> Result<Self, Failure> {
        let start = match path.metadata() {
            Ok(metadata) => metadata.len(),
            // The receiver may not have written anything yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => {
                return Err(Failure::usage(format!("{}: {error}", path.display())));
            }
        };
        Ok(Self { path, start })
    }

    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    }
}
