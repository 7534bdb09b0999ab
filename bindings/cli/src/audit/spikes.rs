//! Spikes: buckets in which a group has far more refusals than is usual in the same logs.
//!
//! The baseline is the file's own: the median of a bucket and its median deviation, so that a spike does not raise what
//! it is held against. Where traffic rose alike and most of it was let through, it is traffic that spiked.

use super::series::Series;

/// One spike: buckets next to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spike {
    pub(super) first: i64,
    pub(super) last: i64,
    /// Refusals in its highest bucket, and in the median one of the logs.
    pub(super) peak: u32,
    pub(super) usual: u32,
}

/// The spikes of `group` among the requests of its `route`, over the buckets that have any request at all.
pub(super) fn find(group: &Series, route: &Series, all: &Series) -> Vec<Spike> {
    let counts: Vec<u32> = all.counts().iter().map(|(bucket, _)| group.at(*bucket)).collect();
    if counts.len() < BASELINE_BUCKETS {
        return Vec::new();
    }
    let usual = median(&counts);
    let deviations: Vec<u32> = counts.iter().map(|count| count.abs_diff(usual)).collect();
    let spread = (1.4826 * f64::from(median(&deviations))).max(f64::from(usual).sqrt()).max(1.0);
    let least = (f64::from(usual) + 6.0 * spread).max(3.0 * f64::from(usual)).max(LEAST);
    let (denied, asked) = (total(group), total(route));
    let is_above = |(bucket, count): &(i64, u32), least: f64| {
        let count = f64::from(*count);
        count >= least && is_share_higher(count, f64::from(route.at(*bucket)), denied, asked)
    };
    // A spike is where a bucket stands out, with what rises beside it.
    let risen = group.counts().iter().filter(|bucket| is_above(bucket, least / 2.0));
    let mut spikes: Vec<Spike> = Vec::new();
    for (bucket, count) in risen {
        match spikes.last_mut() {
            Some(spike) if bucket - spike.last <= 2 => {
                spike.last = *bucket;
                spike.peak = spike.peak.max(*count);
            }
            _ => spikes.push(Spike { first: *bucket, last: *bucket, peak: *count, usual }),
        }
    }
    spikes.retain(|spike| f64::from(spike.peak) >= least);
    spikes
}

/// Whether more of the requests were refused than outside of the bucket; from a half on it does not matter.
fn is_share_higher(in_bucket: f64, asked_in_bucket: f64, denied: f64, asked: f64) -> bool {
    let share = in_bucket / asked_in_bucket.max(1.0);
    let elsewhere = (denied - in_bucket) / (asked - asked_in_bucket).max(1.0);
    share >= 0.5 || share >= 1.5 * elsewhere
}

fn total(series: &Series) -> f64 {
    series.counts().iter().map(|(_, count)| f64::from(*count)).sum()
}

fn median(counts: &[u32]) -> u32 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// With fewer buckets nothing is usual.
const BASELINE_BUCKETS: usize = 8;
/// Fewer refusals in a bucket are no spike, whatever is usual.
const LEAST: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::super::series::Level;
    use super::*;

    fn series(counts: &[u32]) -> Series {
        let mut series = Series::default();
        for (second, count) in (0..).zip(counts) {
            (0..*count).for_each(|_| series.add(second * 1000, Level::default()));
        }
        series
    }

    #[test]
    fn a_peak_is_found_where_it_stands_and_noise_is_none() {
        let noise = [4, 6, 3, 5, 5, 7, 2, 5, 4, 6, 5, 3];
        let mut peak = noise;
        (peak[5], peak[6]) = (60, 80);
        let all = series(&[100; 12]);
        assert_eq!(find(&series(&noise), &all, &all), []);
        assert_eq!(find(&series(&peak), &all, &all), [Spike { first: 5, last: 6, peak: 80, usual: 5 }]);
    }

    #[test]
    fn traffic_that_rises_alike_is_no_spike_of_refusals() {
        let mut denied = [10; 20];
        let mut asked = [100; 20];
        (denied[7], asked[7]) = (100, 1000);
        assert_eq!(find(&series(&denied), &series(&asked), &series(&asked)), []);
        asked[7] = 190;
        assert_eq!(find(&series(&denied), &series(&asked), &series(&asked)).len(), 1);
    }

    #[test]
    fn few_refusals_and_short_logs_have_no_spike() {
        let all = series(&[100; 12]);
        assert_eq!(find(&series(&[0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0]), &all, &all), []);
        assert_eq!(find(&series(&[0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0]), &all, &all).len(), 1);
        assert_eq!(find(&series(&[0, 0, 900, 0, 0, 0, 0]), &series(&[900; 7]), &series(&[900; 7])), []);
    }
}
