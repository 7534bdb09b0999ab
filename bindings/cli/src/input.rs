//! Reading what a command is given: files and standard input, bounded, with errors that say what to do.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use countersign::json::{Document, Duplicates};
use countersign::time::{Now, Wall};

use crate::fault::Fault;

/// Reads a file, or standard input for `-`. `what` says in words what it should be.
pub(crate) fn read(path: &Path, what: &str) -> Result<Vec<u8>, Fault> {
    read_up_to(path, what, INPUT_BYTES)
}

/// The same for what a policy refers to, which may be a large set.
pub(crate) fn read_reference(path: &Path, what: &str) -> Result<Vec<u8>, Fault> {
    read_up_to(path, what, REFERENCE_BYTES)
}

/// The same for a recording of exchanges, which may hold bodies.
pub(crate) fn read_recording(path: &Path, what: &str) -> Result<Vec<u8>, Fault> {
    read_up_to(path, what, RECORDING_BYTES)
}

fn read_up_to(path: &Path, what: &str, most: u64) -> Result<Vec<u8>, Fault> {
    if is_stdin(path) {
        take_stdin()?;
        return read_bounded(io::stdin().lock(), "standard input", most);
    }
    read_bounded(open(path, what)?, &name_of(path), most)
}

/// Claims standard input for one reader: what it holds can be read once.
pub(crate) fn take_stdin() -> Result<(), Fault> {
    if STDIN_TAKEN.swap(true, Ordering::Relaxed) {
        return Err(Fault::new("standard input can be read once, and two options ask for it")
            .next("put one of the two into a file"));
    }
    Ok(())
}

/// Opens a file. `what` says in words what it should be.
pub(crate) fn open(path: &Path, what: &str) -> Result<File, Fault> {
    let file = File::open(path).map_err(|error| unreadable(path, what, &error))?;
    // Opening a directory succeeds on some systems and reading it fails.
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Fault::new(format!("{}: is a directory", name_of(path))).next(format!("name {what}")));
    }
    Ok(file)
}

/// Whether this names standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// How a path is called in messages.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { shown(&path.display().to_string()) }
}

/// A word of the command line as messages repeat it: a token that stands in the wrong place is not.
pub(crate) fn shown(word: &str) -> String {
    let looks_like_token = word.len() > LONGEST_WORD && !word.contains(['/', '\\']);
    if looks_like_token { format!("({} bytes, not shown)", word.len()) } else { word.to_owned() }
}

fn unreadable(path: &Path, what: &str, error: &io::Error) -> Fault {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "not readable for this user".to_owned(),
        _ => error.to_string(),
    };
    Fault::new(format!("{}: {why}", name_of(path))).next(format!("name {what}, or `-` for standard input"))
}

fn read_bounded(source: impl Read, name: &str, most: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes).map_err(|error| Fault::new(format!("{name}: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(Fault::new(format!("{name}: longer than {} MiB, which nothing here needs", most >> 20)));
    }
    Ok(bytes)
}

/// Splits `name=value` at the first equals sign.
pub(crate) fn pair<'a>(option: &str, text: &'a str, example: &str) -> Result<(&'a str, &'a str), Fault> {
    text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
        Fault::new(format!("{option} wants a name, an equals sign and a value"))
            .next(format!("write {option} {example}"))
    })
}

/// Reads JSON that was given as text, telling line and column of a fault.
pub(crate) fn parse_json(text: &[u8], name: &str) -> Result<Document, Fault> {
    Document::parse(text, Duplicates::Refuse).map_err(|fault| {
        let (line, column) = line_and_column(text, fault.offset);
        Fault::new(format!("{name}:{line}:{column}: {}", fault.kind))
    })
}

/// Where a byte stands, both counted from 1; columns are counted in characters.
pub(crate) fn line_and_column(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = before.split(|&byte| byte == b'\n').count();
    (line, String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1)
}

/// The time of an option, or the system's.
pub(crate) fn now(option: Option<&str>) -> Result<Wall, Fault> {
    Ok(Clock::new(option)?.now().wall)
}

/// Both clocks: the system's time or one that an option set, and the time since this was made.
pub(crate) struct Clock {
    wall: Option<Wall>,
    started: Instant,
}

impl Clock {
    /// A clock by the option `--now`.
    pub(crate) fn new(option: Option<&str>) -> Result<Clock, Fault> {
        let fault = || {
            Fault::new("--now wants seconds since 1970, with at most nine digits behind the point")
                .next("write --now 1700000000")
        };
        let wall = option.map(|text| Wall::parse(text).ok_or_else(fault)).transpose()?;
        Ok(Clock { wall, started: Instant::now() })
    }

    /// What they say.
    pub(crate) fn now(&self) -> Now {
        let system = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Wall::from_nanos(i128::try_from(since.as_nanos()).unwrap_or(0))
        };
        let monotonic = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Now::new(self.wall.unwrap_or_else(system), monotonic)
    }
}

/// The bytes of an argument, which need not be UTF-8.
pub(crate) fn bytes_of(argument: &OsStr) -> &[u8] {
    argument.as_encoded_bytes()
}

/// Cuts the end of a line off, LF or CR LF; `echo` adds one to what it is given.
pub(crate) fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// Names of files and profiles are shorter, signed tokens longer.
const LONGEST_WORD: usize = 64;

static STDIN_TAKEN: AtomicBool = AtomicBool::new(false);

/// Four times the longest policy that the core takes.
const INPUT_BYTES: u64 = 16 << 20;

/// What `explain` reads at most.
const RECORDING_BYTES: u64 = 64 << 20;

/// Far over ten million API keys, one a line.
const REFERENCE_BYTES: u64 = 4 << 30;
