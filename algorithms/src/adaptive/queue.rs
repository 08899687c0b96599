//! Which regions come next: a queue ordered by the size of their error, to within an eighth of a power of two.

/// Regions in buckets by the leading bits of their key; the last one in comes out first.
///
/// A binary heap would order exactly, at a price of O(log N) cache misses per region, for nothing: the order
/// among regions whose errors differ by a few per cent does not matter. What matters is that it depends on the
/// keys and the order of insertion only.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Queue {
    /// Those between the smallest and the largest key that have occurred; all there could be would fill a cache.
    buckets: Vec<Vec<u32>>,
    /// What the first bucket's keys begin with.
    lowest: usize,
    /// No bucket from here on is in use.
    end: usize,
}

/// Keys are cut off after the exponent and three bits of the mantissa.
const SHIFT: u32 = 52 - 3;
/// Beginnings of keys.
const BEGINNINGS: usize = 1 << (63 - SHIFT);

impl Queue {
    /// Adds a region; `key` is not negative.
    pub(super) fn push(&mut self, key: f64, region: u32) {
        // The bits of non-negative floats are ordered as the floats are.
        let beginning = (key.to_bits() >> SHIFT) as usize;
        if self.buckets.is_empty() {
            self.lowest = beginning;
        }
        if beginning < self.lowest {
            let more = self.lowest - beginning;
            self.buckets.splice(..0, std::iter::repeat_n(Vec::new(), more));
            (self.lowest, self.end) = (beginning, self.end + more);
        }
        let bucket = beginning - self.lowest;
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, Vec::new());
        }
        self.buckets[bucket].push(region);
        self.end = self.end.max(bucket + 1);
    }

    /// Removes a region with (nearly) the largest key.
    pub(super) fn pop(&mut self) -> Option<u32> {
        while self.end > 0 {
            if let Some(region) = self.buckets[self.end - 1].pop() {
                return Some(region);
            }
            self.end -= 1;
        }
        None
    }

    /// The largest key to within an eighth of it, from below.
    pub(super) fn peek(&mut self) -> Option<f64> {
        while self.end > 0 {
            if !self.buckets[self.end - 1].is_empty() {
                return Some(f64::from_bits(((self.lowest + self.end - 1) as u64) << SHIFT));
            }
            self.end -= 1;
        }
        None
    }

    /// Whether this queue, read from somewhere, holds only regions below `len`.
    pub(super) fn is_sound(&self, len: usize) -> bool {
        let within = |bucket: &Vec<u32>| bucket.iter().all(|region| (*region as usize) < len);
        let fits = self.lowest.checked_add(self.buckets.len()).is_some_and(|end| end <= BEGINNINGS);
        fits && self.end <= self.buckets.len() && self.buckets.iter().all(within)
    }

    pub(super) fn clear(&mut self) {
        self.buckets[..self.end].iter_mut().for_each(Vec::clear);
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_come_out_by_falling_key_to_within_an_eighth() {
        let keys: Vec<f64> = (0..500u32).map(|i| f64::from(i * i % 97) * 10f64.powi(i as i32 % 600 - 300)).collect();
        let mut queue = Queue::default();
        (0..500).for_each(|i| queue.push(keys[i as usize], i));
        let out: Vec<u32> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(out.len(), 500);
        assert!(out.windows(2).all(|w| keys[w[1] as usize] <= keys[w[0] as usize] * 1.125));
    }

    #[test]
    fn infinite_keys_come_first() {
        let mut queue = Queue::default();
        queue.push(1.0, 1);
        queue.push(f64::INFINITY, 2);
        queue.push(0.0, 3);
        assert_eq!([queue.pop(), queue.pop(), queue.pop(), queue.pop()], [Some(2), Some(1), Some(3), None]);
    }
}
