//! States of runs in files: written beside and renamed, so that a file is always a whole state.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes the state of a run to `path`. Whatever goes wrong, a state that was there before stays as it is.
///
/// # Errors
/// What the file system says: no such folder, no permission, no space.
pub fn save(path: &Path, state: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let written = write(&beside, state).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Half a state is of no use to anybody; that it may not be there is no further error.
        _ = fs::remove_file(&beside);
    }
    written
}

/// Whether a state can be written to `path`, tried out without touching what is there.
///
/// # Errors
/// What the file system says.
pub fn try_out(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let beside = beside(path);
    File::create(&beside)?;
    fs::remove_file(&beside)
}

fn write(path: &Path, state: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(state)?;
    // The name must not appear before the contents are on the disk.
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_replaced_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("fubini-checkpoint-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("state");
        save(&path, b"one").unwrap();
        save(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(save(&folder.join("missing").join("state"), b"three").is_err());
        assert!(try_out(&folder).is_err() && try_out(&path).is_ok());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside");
        fs::remove_dir_all(&folder).unwrap();
    }
}
