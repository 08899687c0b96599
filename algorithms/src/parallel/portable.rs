//! What came out of a piece of work, as bytes for other ranks.
//!
//! What went into a piece every rank knows; only results travel. Long lists go as they stand in memory, which all ranks of a run have
//! alike; what is short or seldom goes through serde.

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A piece of work whose results can be carried to another rank.
pub(crate) trait Portable {
    /// Appends the results.
    fn pack(&self, to: &mut Vec<u8>);

    /// Takes them over; `None` where these bytes are not those of such a piece.
    fn unpack(&mut self, from: &mut &[u8]) -> Option<()>;
}

impl<T: Portable> Portable for &mut T {
    fn pack(&self, to: &mut Vec<u8>) {
        (**self).pack(to);
    }

    fn unpack(&mut self, from: &mut &[u8]) -> Option<()> {
        (**self).unpack(from)
    }
}

/// Appends a list, as it stands in memory.
pub(crate) fn pack_list<T: Pod>(list: &[T], to: &mut Vec<u8>) {
    to.extend((list.len() as u64).to_le_bytes());
    to.extend_from_slice(bytemuck::cast_slice(list));
}

/// Takes a list back, in place of what is there.
pub(crate) fn unpack_list<T: Pod>(list: &mut Vec<T>, from: &mut &[u8]) -> Option<()> {
    let (len, rest) = from.split_first_chunk()?;
    let bytes = usize::try_from(u64::from_le_bytes(*len)).ok()?.checked_mul(size_of::<T>())?;
    let (bytes, rest) = rest.split_at_checked(bytes)?;
    list.clear();
    list.extend(bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned::<T>));
    *from = rest;
    Some(())
}

/// Appends what serde can write.
pub(crate) fn pack(value: &impl Serialize, to: &mut Vec<u8>) {
    *to = postcard::to_extend(value, std::mem::take(to)).expect("results can be written");
}

/// Takes back what serde has written.
pub(crate) fn unpack<T: DeserializeOwned>(from: &mut &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(from).ok()?;
    *from = rest;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_values_come_back_to_the_bit_and_what_is_torn_does_not() {
        let (lanes, values) = (vec![[1.0_f64, -0.0, f64::NAN, 5e-324]; 3], (7_u64, Some("x".to_string())));
        let mut bytes = Vec::new();
        pack_list(&lanes, &mut bytes);
        pack(&values, &mut bytes);
        for end in 0..bytes.len() {
            let (mut from, mut back) = (&bytes[..end], Vec::<[f64; 4]>::new());
            let whole = unpack_list(&mut back, &mut from).and_then(|()| unpack::<(u64, Option<String>)>(&mut from));
            assert_eq!(whole, None, "{end}");
        }
        let (mut from, mut back) = (bytes.as_slice(), vec![[0.0_f64; 4]]);
        assert_eq!(unpack_list(&mut back, &mut from), Some(()));
        let bits = |lanes: &[[f64; 4]]| lanes.as_flattened().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&lanes));
        assert_eq!((unpack(&mut from), from), (Some(values), &[][..]));
    }
}
