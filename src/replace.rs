//! Files that are replaced whole or not at all, and only where what is there is of the kind that replaces it.
//!
//! What is new is written beside and renamed, so that a file is always whole: after a crash, and on a full disk. A rename would
//! also replace what was never meant, such as a text of the same name, a link or a device; that is refused, before any work.

use crate::samples;
use fubini_algorithms::{ImportanceMap, Snapshot};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// What a profile begins with.
const PROFILE: &[u8] = b"rank 0;";

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The state of a run.
    State,
    /// A picture, SVG or PNG.
    Picture,
    /// Weighted samples: text whose columns end with `weight`, or NumPy's format.
    Samples,
    /// An importance map.
    Map,
    /// Where the time of a run went, as folded stacks.
    Profile,
    /// No matter what: it may be replaced.
    Anything,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// What the file system says: no such folder, no permission, no space.
    #[error("it cannot be written: {0}")]
    System(#[from] io::Error),
    /// The name belongs to no plain file.
    #[error("it is {what}, and only a plain file is replaced: give the name of one, or of none that is there yet")]
    Special {
        /// What it is.
        what: &'static str,
    },
    /// The file holds something else, which would be lost.
    #[error("it is there and holds no {expected}: give another name, or move it out of the way")]
    Foreign {
        /// What could be replaced.
        expected: &'static str,
    },
}

/// Enough of a file to tell what it is: an SVG picture may begin with comments.
const HEAD: u64 = 4096;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

impl Kind {
    /// Whether a file that begins like this may be replaced. An empty one holds nothing that could be lost.
    fn includes(self, head: &[u8]) -> bool {
        head.is_empty()
            || match self {
                Kind::State => Snapshot::is_state(head),
                Kind::Picture => head.starts_with(PNG) || is_svg(head),
                Kind::Samples => samples::is_samples(head),
                Kind::Map => ImportanceMap::is_map(head),
                Kind::Profile => head.starts_with(PROFILE),
                Kind::Anything => true,
            }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::State => "saved state",
            Kind::Picture => "picture",
            Kind::Samples => "samples",
            Kind::Map => "importance map",
            Kind::Profile => "profile",
            Kind::Anything => "file",
        }
    }
}

fn is_svg(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (["<?xml", "<!"].iter().any(|start| text.starts_with(start)) && text.contains("<svg"))
}

/// Writes `bytes` to `path`. If anything goes wrong, what was there before stays as it is.
///
/// # Errors
/// What is there is not of this `kind`; what the file system says.
pub fn write(path: &Path, bytes: &[u8], kind: Kind) -> Result<(), WriteError> {
    // Again: much may have happened since the file was tried out.
    check(path, kind)?;
    put(path, kind, |file| file.write_all(bytes))
}

/// Reads a file of this `kind`; of one that holds something else only its beginning, which whoever asked will refuse.
///
/// # Errors
/// It is no plain file: a pipe may never be written to, and a device has no end. What the file system says.
pub fn read(path: &Path, kind: Kind) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        let reason = format!("it is a folder, a pipe or a device, and {}s are in plain files", kind.word());
        return Err(io::Error::other(reason));
    }
    let mut file = File::open(path)?;
    let mut bytes = head(&file)?;
    if kind.includes(&bytes) {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The same with what `fill` writes.
pub(crate) fn write_by(path: &Path, kind: Kind, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
    check(path, kind)?;
    put(path, kind, fill)
}

fn put(path: &Path, kind: Kind, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
    let beside = beside(path);
    let mut file = create(&beside, kind)?;
    // The name must not appear before the contents are on the disk. That takes a while, in which a file may have come there.
    let written = fill(&mut file).and_then(|()| file.sync_all()).map_err(WriteError::from);
    if let Err(error) = written.and_then(|()| check(path, kind)) {
        return Err(withdrawn(&beside, error));
    }
    name(&beside, path, kind)
}

/// An error after which what was written is of no use; that it may not be there is no further error.
fn withdrawn(beside: &Path, error: WriteError) -> WriteError {
    _ = fs::remove_file(beside);
    error
}

/// Gives a file its name. Whatever came there since that was looked at changes places with it, and goes back if it is not of this kind.
#[cfg(all(target_os = "linux", feature = "cli"))]
fn name(beside: &Path, path: &Path, kind: Kind) -> Result<(), WriteError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let rename = |flags| renameat_with(CWD, beside, CWD, path, flags);
    loop {
        match rename(RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => {}
            Err(Errno::INVAL | Errno::NOSYS) => return rename_over(beside, path),
            done => return done.map_err(|error| withdrawn(beside, io::Error::from(error).into())),
        }
        match rename(RenameFlags::EXCHANGE) {
            Ok(()) => break,
            // It has gone in between.
            Err(Errno::NOENT) => {}
            Err(Errno::INVAL | Errno::NOSYS) => return rename_over(beside, path),
            Err(error) => return Err(withdrawn(beside, io::Error::from(error).into())),
        }
    }
    match check(beside, kind) {
        // One that stays does no harm.
        Ok(()) => _ = fs::remove_file(beside),
        Err(refused) => {
            rename(RenameFlags::EXCHANGE).map_err(io::Error::from)?;
            return Err(withdrawn(beside, refused));
        }
    }
    Ok(())
}

#[cfg(not(all(target_os = "linux", feature = "cli")))]
fn name(beside: &Path, path: &Path, _: Kind) -> Result<(), WriteError> {
    rename_over(beside, path)
}

/// Where names cannot change places: what comes there between the last look and this is replaced.
fn rename_over(beside: &Path, path: &Path) -> Result<(), WriteError> {
    fs::rename(beside, path).map_err(|error| withdrawn(beside, error.into()))
}

/// Whether `path` can be written, tried out without touching what is there. What runs that were killed have left beside
/// is removed.
///
/// # Errors
/// As [`write()`].
pub fn try_out(path: &Path, kind: Kind) -> Result<(), WriteError> {
    check(path, kind)?;
    clean(path, kind);
    let beside = beside(path);
    drop(create(&beside, kind)?);
    Ok(fs::remove_file(&beside)?)
}

/// Refuses what must not be replaced.
fn check(path: &Path, kind: Kind) -> Result<(), WriteError> {
    if path.file_name().is_none() || path.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]) {
        return Err(WriteError::Special { what: "a folder, or nothing" });
    }
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?.file_type(),
    };
    if !found.is_file() {
        let what = match (found.is_dir(), found.is_symlink()) {
            (true, _) => "a folder",
            (_, true) => "a symbolic link",
            _ => "a pipe, a socket or a device",
        };
        return Err(WriteError::Special { what });
    }
    // Without this, a file that its owner has protected would be replaced: a rename asks for the folder only.
    let head = head(&OpenOptions::new().read(true).append(true).open(path)?)?;
    if kind.includes(&head) { Ok(()) } else { Err(WriteError::Foreign { expected: kind.word() }) }
}

fn head(file: &File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Where a file is written before it gets its name.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}{PART}", std::process::id()));
    path.with_file_name(name)
}

const PART: &str = ".part";

/// A new file, locked for as long as it is open. One that was left behind by a process of the same number makes way.
fn create(path: &Path, kind: Kind) -> io::Result<File> {
    let new = || OpenOptions::new().write(true).create_new(true).open(path);
    let file = match new() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && remove_left(path, kind) => new()?,
        file => file?,
    };
    // Tells others that it is not left behind; where there are no locks, nothing is taken for left behind.
    _ = file.lock();
    Ok(file)
}

/// Removes what runs that were killed have left beside `path`.
fn clean(path: &Path, kind: Kind) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(name), Ok(entries)) = (path.file_name().and_then(|name| name.to_str()), fs::read_dir(folder)) else { return };
    for entry in entries.flatten() {
        let left = entry.file_name();
        let number = left.to_str().and_then(|left| left.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(PART));
        if number.is_some_and(|number| number.parse::<u32>().is_ok()) {
            // One that stays does no harm.
            _ = remove_left(&entry.path(), kind);
        }
    }
}

/// Removes the beginning of a file that nobody writes any more; whether it did.
fn remove_left(path: &Path, kind: Kind) -> bool {
    let is_plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let Some(file) = is_plain.then(|| OpenOptions::new().read(true).write(true).open(path).ok()).flatten() else { return false };
    let kind = if kind == Kind::Anything { Kind::Picture } else { kind };
    // A lock that can't be had, for whatever reason, may be held by the one who writes.
    let is_left = !matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_)));
    is_left && head(&file).is_ok_and(|head| kind.includes(&head)) && fs::remove_file(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of one's own for every test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("fubini-replace-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn holds(&self) -> usize {
            fs::read_dir(&self.0).unwrap().count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    const STATE: &[u8] = b"fubini-1\r\nwhat is known";

    #[test]
    fn a_text_that_comes_while_a_state_is_written_is_kept() {
        let folder = Folder::new("meanwhile");
        let path = folder.0.join("state");
        for before in [false, true] {
            if before {
                fs::write(&path, STATE).unwrap();
            }
            let refused = put(&path, Kind::State, |file| {
                fs::write(&path, "a text")?;
                file.write_all(STATE)
            });
            assert!(matches!(refused, Err(WriteError::Foreign { .. })), "{refused:?}");
            assert_eq!((fs::read(&path).unwrap(), folder.holds()), (b"a text".to_vec(), 1));
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", feature = "cli"))]
    fn a_text_that_comes_between_the_last_look_and_the_name_is_kept() {
        // Of 60 texts that appeared where a state was written all the time one was replaced.
        let folder = Folder::new("between");
        let path = folder.0.join("state");
        for (there, kept) in [("a text", true), ("fubini-1\r\nless", false), ("", false)] {
            fs::write(&path, there).unwrap();
            fs::write(beside(&path), STATE).unwrap();
            assert_eq!(name(&beside(&path), &path, Kind::State).is_err(), kept, "{there}");
            let holds = if kept { there.as_bytes() } else { STATE };
            assert_eq!((fs::read(&path).unwrap().as_slice(), folder.holds()), (holds, 1), "{there}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = Folder::new("whole");
        let path = folder.0.join("state");
        write(&path, STATE, Kind::State).unwrap();
        let more = [STATE, b" better"].concat();
        write(&path, &more, Kind::State).unwrap();
        assert_eq!(fs::read(&path).unwrap(), more);
        assert!(write(&folder.0.join("missing").join("state"), STATE, Kind::State).is_err());
        assert!(try_out(&folder.0, Kind::State).is_err() && try_out(&path, Kind::State).is_ok());
        assert_eq!(folder.holds(), 1, "nothing is left beside");
    }

    #[test]
    fn only_its_own_kind_is_replaced() {
        let folder = Folder::new("kind");
        let path = folder.0.join("file");
        for (contents, state, picture) in [
            (STATE, true, false),
            (b"".as_slice(), true, true),
            (b"fubini-notes\r\n", false, false),
            (b"fubini-12\r\n", true, false),
            (b"dear diary", false, false),
            (PNG, false, true),
            (b"<svg width=\"960\">", false, true),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg>", false, true),
            (b"<?xml version=\"1.0\"?><letter/>", false, false),
        ] {
            fs::write(&path, contents).unwrap();
            let text = String::from_utf8_lossy(contents);
            assert_eq!(try_out(&path, Kind::State).is_ok(), state, "{text}");
            assert_eq!(try_out(&path, Kind::Picture).is_ok(), picture, "{text}");
            assert_eq!(write(&path, contents, Kind::State).is_ok(), state, "{text}");
            assert!(try_out(&path, Kind::Anything).is_ok());
            assert_eq!(fs::read(&path).unwrap(), contents);
        }
        for nothing in ["", "/", "..", "new/"] {
            assert!(try_out(Path::new(nothing), Kind::Anything).is_err(), "{nothing}");
        }
    }

    #[test]
    fn what_killed_runs_left_is_removed_and_nothing_else() {
        let folder = Folder::new("left");
        let path = folder.0.join("state");
        let part = |number: &str| folder.0.join(format!("state.{number}.part"));
        for number in ["11", "12", "x"] {
            fs::write(part(number), STATE).unwrap();
        }
        fs::write(part("13"), "part of a letter").unwrap();
        fs::write(beside(&path), STATE).unwrap();
        let writing = File::open(part("12")).unwrap();
        writing.lock().unwrap();
        try_out(&path, Kind::State).unwrap();
        let kept = |number: &str| part(number).exists();
        assert_eq!([kept("11"), kept("12"), kept("13"), kept("x")], [false, true, true, true]);
        assert!(!beside(&path).exists());
        write(&path, STATE, Kind::State).unwrap();
        assert_eq!(folder.holds(), 4);
    }
}
