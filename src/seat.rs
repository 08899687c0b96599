//! Where this process sits: alone, or as one of several ranks that run the program together.
//!
//! Ranks take the same decisions only if they have read the same bytes. So the first one reads files, and tells the others what is in
//! them; it alone writes and prints.

use fubini::algorithms::Team;
use std::sync::OnceLock;

static TEAM: OnceLock<Team> = OnceLock::new();

/// Sits down, once for all.
pub(crate) fn take(team: Team) {
    _ = TEAM.set(team);
}

/// The ranks of which this is one; `None` where one process does all.
pub(crate) fn team() -> Option<&'static Team> {
    TEAM.get().filter(|team| team.ranks() > 1)
}

/// Whether this process reads, writes and prints.
pub(crate) fn is_first() -> bool {
    team().is_none_or(|team| team.rank() == 0)
}

/// What the first rank has read, or why it could not.
pub(crate) fn read(read: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
    let Some(team) = team() else { return read() };
    let own = match is_first().then(read) {
        Some(Ok(bytes)) => [&[1], bytes.as_slice()].concat(),
        Some(Err(reason)) => [&[0], reason.as_bytes()].concat(),
        None => Vec::new(),
    };
    match team.gather(own).swap_remove(0).split_first() {
        Some((1, bytes)) => Ok(bytes.to_vec()),
        told => Err(told.map_or_else(String::new, |(_, reason)| String::from_utf8_lossy(reason).into_owned())),
    }
}

/// Lets the first rank do something, on which all go on or give up.
pub(crate) fn do_first(act: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    read(|| act().map(|()| Vec::new())).map(drop)
}

/// What all ranks have to say, in their order.
pub(crate) fn gather(own: Vec<u8>) -> Vec<Vec<u8>> {
    team().map_or_else(|| vec![own.clone()], |team| team.gather(own.clone()))
}

/// The least of the numbers that the ranks have found.
pub(crate) fn least(own: u64) -> u64 {
    let told = gather(own.to_le_bytes().to_vec());
    told.iter().filter_map(|bytes| bytes.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes)).min().unwrap_or(own)
}
