//! Ten million API keys in one table: what a key takes, and what a look-up costs, found or not.
//!
//! Digests are made up, evenly spread as those of SHA-256 are. Each look-up waits for the one before it, so
//! that the processor cannot fetch two at a time.

use std::time::Instant;

use countersign::api_key_stages::{Filling, Table as Keys};

use crate::measure::{Contender, in_turns};
use crate::{Bar, Table};

pub fn time(table: &mut Table) {
    let keys = filled();
    table.head("A look-up among 10,000,000 API keys");
    let [mut hit, mut miss, mut read, mut bare] = [0_u64; 4];
    // Known keys have even numbers, so both ways make a digest of a number and none is known by chance.
    let samples = in_turns(vec![
        Contender::new("making up a digest", || next(&mut bare, 0, |digest| usize::from(digest[31] & 1))),
        Contender::new("found", || next(&mut hit, 0, |digest| usize::from(keys.finds(digest)))),
        Contender::new("not found", || next(&mut miss, 1, |digest| usize::from(keys.finds(digest)))),
        Contender::new("found, times, id and scopes read", || {
            next(&mut read, 0, |digest| keys.reads(digest).unwrap_or(0))
        }),
        Contender::new("found, the same key again", || keys.finds(std::hint::black_box(&digest_of(2 * 77)))),
        Contender::new("not found, the same key again", || keys.finds(std::hint::black_box(&digest_of(2 * 77 + 1)))),
    ]);
    let [bare, hit, miss, read, hit_again, miss_again] = samples.as_slice() else { unreachable!("six were given") };
    table.row(bare.name, bare.median(), None, None);
    table.row(hit.name, hit.median(), None, Some(Bar::Nanos(1000.0)));
    table.row(miss.name, miss.median(), Some(miss.ratio(hit)), Some(Bar::Nanos(1000.0)));
    table.row(read.name, read.median(), None, Some(Bar::Nanos(1000.0)));
    table.row(hit_again.name, hit_again.median(), None, None);
    table.row(miss_again.name, miss_again.median(), Some(miss_again.ratio(hit_again)), None);
    println!("The ratio is of not found to found. A digest is made up in each of them.");
}

/// Fills a table, telling time and memory.
fn filled() -> Keys {
    let started = Instant::now();
    let mut filling = Filling::new();
    let mut id = String::new();
    for number in 0..KEYS {
        use std::fmt::Write as _;
        id.clear();
        write!(id, "customer-{number:08}").unwrap();
        // Keys made on one of a thousand days, for a year.
        let expires = 1_800_000_000 + i64::try_from(number % 1000).unwrap() * 86_400;
        let scopes = SCOPES[usize::try_from(number % 3).unwrap()];
        filling.add(&id, digest_of(2 * number), scopes, Some(expires)).unwrap();
    }
    let (added, peak) = (started.elapsed(), resident("VmHWM:"));
    let keys = filling.finish();
    println!(
        "\n{KEYS} API keys: added in {:.1} s, finished in {:.1} s more; {:.1} bytes a key, 17 of them its id; the \
         process had at most {} MiB while they were added, {} MiB with the end, and has {} MiB now",
        added.as_secs_f64(),
        (started.elapsed() - added).as_secs_f64(),
        keys.memory() as f64 / KEYS as f64,
        peak,
        resident("VmHWM:"),
        resident("VmRSS:"),
    );
    keys
}

/// Goes on to a number that depends on what was found.
fn next(state: &mut u64, odd: u64, look: impl Fn(&[u8; 32]) -> usize) -> usize {
    let number = u64::try_from((u128::from(mix(*state)) * u128::from(KEYS)) >> 64).unwrap();
    let found = look(&digest_of(2 * number + odd));
    *state += 1 + u64::try_from(found).unwrap();
    end_all_loads();
    found
}

/// No load of the next look-up begins before those of this one have ended. Without this the processor runs ahead,
/// further behind a miss, of which nobody uses what was compared.
#[cfg(target_arch = "x86_64")]
fn end_all_loads() {
    // SAFETY: SSE2 is a part of x86-64; the instruction touches no memory.
    unsafe { std::arch::x86_64::_mm_lfence() };
}

/// Weaker than on x86-64: later loads may begin earlier.
#[cfg(not(target_arch = "x86_64"))]
fn end_all_loads() {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

fn digest_of(number: u64) -> [u8; 32] {
    let mut digest = [0; 32];
    for (at, bytes) in (1..).zip(digest.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&mix(number.wrapping_mul(4).wrapping_add(at) ^ 0xA5A5_5A5A_0F0F_F0F0).to_le_bytes());
    }
    digest
}

/// The finaliser of `SplitMix64`: spreads numbers evenly.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// A line of what Linux tells of the process, in MiB.
fn resident(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) / 1024
}

const KEYS: u64 = 10_000_000;
const SCOPES: [&str; 3] = ["invoices:read", "invoices:read invoices:write", "reports:read"];
