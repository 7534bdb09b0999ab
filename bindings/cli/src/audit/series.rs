//! Counts over time in buckets that widen as the log grows: the memory has a bound, however long the log.

/// Counts by bucket, in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// The level of `buckets`; a series that was not touched lags behind.
    level: Level,
    buckets: Vec<(i64, u32)>,
}

/// How wide buckets are: an index into the ladder of widths, each a multiple of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Level(usize);

impl Level {
    /// Seconds a bucket.
    pub(super) fn seconds(self) -> i64 {
        WIDTHS.get(self.0).copied().unwrap_or(LAST_WIDTH)
    }

    /// The bucket of a moment.
    pub(super) fn bucket(self, millis: i64) -> i64 {
        millis.div_euclid(self.seconds() * 1000)
    }

    fn next(self) -> Option<Level> {
        (self.0 + 1 < WIDTHS.len()).then_some(Level(self.0 + 1))
    }
}

impl Series {
    /// Counts one at `millis`, in buckets of at least `level`.
    pub(super) fn add(&mut self, millis: i64, level: Level) {
        self.widen(level);
        let bucket = self.level.bucket(millis);
        // Logs are in order, or nearly.
        let at = match self.buckets.last() {
            Some((last, _)) if *last <= bucket => self.buckets.len() - usize::from(*last == bucket),
            _ => self.buckets.partition_point(|(other, _)| *other < bucket),
        };
        match self.buckets.get_mut(at) {
            Some((other, count)) if *other == bucket => *count = count.saturating_add(1),
            _ => self.buckets.insert(at, (bucket, 1)),
        }
    }

    /// The same counts in wider buckets.
    pub(super) fn widen(&mut self, level: Level) {
        if level <= self.level {
            return;
        }
        let factor = level.seconds() / self.level.seconds();
        let mut wider: Vec<(i64, u32)> = Vec::new();
        for (bucket, count) in &self.buckets {
            let bucket = bucket.div_euclid(factor);
            match wider.last_mut() {
                Some((last, sum)) if *last == bucket => *sum = sum.saturating_add(*count),
                _ => wider.push((bucket, *count)),
            }
        }
        *self = Series { level, buckets: wider };
    }

    /// Adds the counts of a series of the same level.
    pub(super) fn merge(&mut self, other: &Series) {
        self.widen(other.level);
        for (bucket, count) in &other.buckets {
            match self.buckets.binary_search_by_key(bucket, |(other, _)| *other) {
                Ok(at) => {
                    if let Some((_, sum)) = self.buckets.get_mut(at) {
                        *sum = sum.saturating_add(*count);
                    }
                }
                Err(at) => self.buckets.insert(at, (*bucket, *count)),
            }
        }
    }

    /// The level at which this series fits its bound; the others follow it.
    pub(super) fn fitting(&self) -> Level {
        if self.buckets.len() <= BUCKETS { self.level } else { self.level.next().unwrap_or(self.level) }
    }

    /// Bucket and count, in the order of time, without the empty ones.
    pub(super) fn counts(&self) -> &[(i64, u32)] {
        &self.buckets
    }

    /// The count of one bucket.
    pub(super) fn at(&self, bucket: i64) -> u32 {
        let at = self.buckets.binary_search_by_key(&bucket, |(other, _)| *other);
        at.ok().and_then(|at| self.buckets.get(at)).map_or(0, |(_, count)| *count)
    }
}

/// So many buckets are kept; a plot has no more points.
pub(super) const BUCKETS: usize = 480;
/// From a second to four weeks, then ten years: what was logged before 1970 or after 9999 is not read.
const WIDTHS: [i64; 12] = [1, 5, 15, 60, 300, 900, 3600, 10_800, 86_400, 604_800, 2_419_200, LAST_WIDTH];
const LAST_WIDTH: i64 = 2_419_200 * 130;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_loses_no_count_and_keeps_the_bound() {
        let (mut all, mut lagging, mut level) = (Series::default(), Series::default(), Level::default());
        for second in 0..100_000 {
            all.add(second * 1000, level);
            level = all.fitting();
            if second < 500 {
                lagging.add(second * 1000, level);
            }
            assert!(all.counts().len() <= BUCKETS + 1);
        }
        assert_eq!(level.seconds(), 300);
        lagging.widen(level);
        let sum = |series: &Series| series.counts().iter().map(|(_, count)| u64::from(*count)).sum::<u64>();
        assert_eq!((sum(&all), sum(&lagging)), (100_000, 500));
        assert_eq!((lagging.at(0), lagging.at(1), lagging.at(2)), (300, 200, 0));
    }

    #[test]
    fn every_width_is_a_multiple_of_the_one_before() {
        assert!(WIDTHS.windows(2).all(|pair| pair[0] < pair[1] && pair[1] % pair[0] == 0));
        // Even all time between 1970 and 9999 fits.
        assert!(8030 * 366 * 86_400 / LAST_WIDTH < i64::try_from(BUCKETS).unwrap() * 2);
    }

    #[test]
    fn moments_may_come_in_any_order() {
        let mut series = Series::default();
        for second in [5, 1, 3, 1, 5, 4] {
            series.add(second * 1000, Level::default());
        }
        assert_eq!(series.counts(), [(1, 2), (3, 1), (4, 1), (5, 2)]);
    }
}
