//! The host's clocks, and times as Python has them.
//!
//! Wall times come in seconds (int, float, `decimal.Decimal`), the monotonic clock in nanoseconds, as
//! `time.monotonic_ns` gives them.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use countersign::time::{NANOS_PER_SECOND, Now, Wall};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};

/// One moment on both clocks: Python's, and the one that is read without it.
static START: OnceLock<(u64, Instant)> = OnceLock::new();

/// Reads `time.monotonic_ns` once, so that what is read here later agrees with it.
pub(crate) fn start(py: Python<'_>) -> PyResult<()> {
    let nanos: u64 = py.import("time")?.call_method0("monotonic_ns")?.extract()?;
    START.get_or_init(|| (nanos.max(1), Instant::now()));
    Ok(())
}

/// Nanoseconds on `time.monotonic_ns`.
pub(crate) fn monotonic() -> u64 {
    let (nanos, instant) = START.get_or_init(|| (1, Instant::now()));
    nanos.saturating_add(u64::try_from(instant.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

/// The time of day; an unset clock, which the core refuses, if it stands before 1970.
pub(crate) fn wall() -> Wall {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Wall::from_nanos(i128::try_from(nanos).unwrap_or(0))
}

/// The whole seconds since 1970; a `ValueError` while the clock stands before.
pub(crate) fn wall_seconds() -> PyResult<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let seconds = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    seconds.ok_or_else(|| PyValueError::new_err("the system's clock is not set"))
}

/// Both clocks, either in place of the host's own.
pub(crate) fn both(now: Option<&Bound<'_, PyAny>>, monotonic_ns: Option<u64>) -> PyResult<Now> {
    let wall = now.map_or_else(|| Ok(wall()), seconds)?;
    Ok(Now::new(wall, monotonic_ns.unwrap_or_else(monotonic)))
}

/// Seconds since 1970, exactly: what is no number of at most nine places behind the point is a `ValueError`.
pub(crate) fn seconds(value: &Bound<'_, PyAny>) -> PyResult<Wall> {
    if let Ok(whole) = value.extract::<i64>() {
        return Ok(Wall::from_nanos(i128::from(whole) * NANOS_PER_SECOND));
    }
    let text = match value.cast::<PyFloat>() {
        Ok(float) => format!("{:.9}", float.extract::<f64>()?),
        Err(_) if value.is_instance_of::<PyInt>() => value.str()?.to_str()?.to_owned(),
        // A Decimal without an exponent.
        Err(_) => value.call_method1("__format__", ("f",))?.extract()?,
    };
    Wall::parse(&text).ok_or_else(|| PyValueError::new_err("a time is a number of seconds since 1970"))
}
