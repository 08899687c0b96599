//! Which regions come next: a queue ordered by the size of their error, to within an eighth of a power of two.

/// Regions in buckets by the leading bits of their key; the last one in comes out first.
///
/// A binary heap would order exactly, at a price of O(log N) cache misses per region, for nothing: the order
/// among regions whose errors differ by a few per cent does not matter. What matters is that it depends on the
/// keys and the order of insertion only.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Queue {
    buckets: Vec<Vec<u32>>,
    /// No bucket above this one is in use.
    top: usize,
}

/// Keys are cut off after the exponent and three bits of the mantissa.
const SHIFT: u32 = 52 - 3;

impl Queue {
    pub(super) fn new() -> Self {
        Queue { buckets: vec![Vec::new(); 1 << (63 - SHIFT)], top: 0 }
    }

    /// Adds a region; `key` is not negative.
    pub(super) fn push(&mut self, key: f64, region: u32) {
        // The bits of non-negative floats are ordered as the floats are.
        let bucket = (key.to_bits() >> SHIFT) as usize;
        self.buckets[bucket].push(region);
        self.top = self.top.max(bucket);
    }

    /// Removes a region with (nearly) the largest key.
    pub(super) fn pop(&mut self) -> Option<u32> {
        loop {
            if let Some(region) = self.buckets[self.top].pop() {
                return Some(region);
            }
            self.top = self.top.checked_sub(1)?;
        }
    }

    /// Whether this queue, read from somewhere, holds only regions below `len`.
    pub(super) fn is_sound(&self, len: usize) -> bool {
        let within = |bucket: &Vec<u32>| bucket.iter().all(|region| (*region as usize) < len);
        self.buckets.len() == 1 << (63 - SHIFT) && self.top < self.buckets.len() && self.buckets.iter().all(within)
    }

    pub(super) fn clear(&mut self) {
        self.buckets[..=self.top].iter_mut().for_each(Vec::clear);
        self.top = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_come_out_by_falling_key_to_within_an_eighth() {
        let keys: Vec<f64> = (0..500u32).map(|i| f64::from(i * i % 97) * 10f64.powi(i as i32 % 600 - 300)).collect();
        let mut queue = Queue::new();
        (0..500).for_each(|i| queue.push(keys[i as usize], i));
        let out: Vec<u32> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(out.len(), 500);
        assert!(out.windows(2).all(|w| keys[w[1] as usize] <= keys[w[0] as usize] * 1.125));
    }

    #[test]
    fn infinite_keys_come_first() {
        let mut queue = Queue::new();
        queue.push(1.0, 1);
        queue.push(f64::INFINITY, 2);
        queue.push(0.0, 3);
        assert_eq!([queue.pop(), queue.pop(), queue.pop(), queue.pop()], [Some(2), Some(1), Some(3), None]);
    }
}
