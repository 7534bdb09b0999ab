//! Times contenders in turns, so that what disturbs the machine disturbs all of them alike.
//!
//! Thread CPU time, not the wall: a busy neighbour then costs cache, not turns. Each round runs one
//! batch of every contender; a figure is the median over the rounds, a ratio the median of the
//! ratios inside each round.

use rustix::time::{ClockId, clock_gettime};

/// Something to time; `run` does the work so many times in a row.
pub struct Contender<'a> {
    pub name: &'static str,
    run: Box<dyn FnMut(u32) + 'a>,
}

impl<'a> Contender<'a> {
    pub fn new<T>(name: &'static str, mut work: impl FnMut() -> T + 'a) -> Contender<'a> {
        let run = move |times| {
            for _ in 0..times {
                std::hint::black_box(work());
            }
        };
        Contender { name, run: Box::new(run) }
    }
}

/// What a contender took in each round, in nanoseconds a call.
pub struct Samples {
    pub name: &'static str,
    nanos: Vec<f64>,
}

impl Samples {
    pub fn median(&self) -> f64 {
        median(self.nanos.clone())
    }

    /// How many times as long as `other`.
    pub fn ratio(&self, other: &Samples) -> f64 {
        median(self.nanos.iter().zip(&other.nanos).map(|(mine, others)| mine / others).collect())
    }
}

/// Times all of them, one after the other in each round.
pub fn in_turns(contenders: Vec<Contender<'_>>) -> Vec<Samples> {
    in_turns_of(contenders, rounds())
}

/// The same in so many rounds, for what takes milliseconds.
pub fn in_turns_of(contenders: Vec<Contender<'_>>, rounds: usize) -> Vec<Samples> {
    let mut contenders: Vec<_> = contenders
        .into_iter()
        .map(|mut contender| {
            let times = batch(&mut contender);
            (contender, times)
        })
        .collect();
    let mut samples: Vec<_> =
        contenders.iter().map(|(contender, _)| Samples { name: contender.name, nanos: Vec::new() }).collect();
    for _ in 0..rounds {
        for ((contender, times), samples) in contenders.iter_mut().zip(&mut samples) {
            samples.nanos.push(time(contender, *times) / f64::from(*times));
        }
    }
    samples
}

/// How many calls take about [`BATCH_NANOS`]; warms up on the way.
fn batch(contender: &mut Contender<'_>) -> u32 {
    let mut times = 1;
    while time(contender, times) < BATCH_NANOS && times < 1 << 20 {
        times *= 2;
    }
    times
}

fn time(contender: &mut Contender<'_>, times: u32) -> f64 {
    let before = clock_gettime(ClockId::ThreadCPUTime);
    (contender.run)(times);
    let after = clock_gettime(ClockId::ThreadCPUTime);
    (after.tv_sec - before.tv_sec) as f64 * 1e9 + (after.tv_nsec - before.tv_nsec) as f64
}

fn rounds() -> usize {
    std::env::var("BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(301)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Long against the microsecond that reading the clock may cost, short against a time slice.
const BATCH_NANOS: f64 = 300_000.0;
