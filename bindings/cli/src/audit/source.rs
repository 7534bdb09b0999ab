//! Files as streams: opened, unpacked if they are gzip, told apart, and read record by record in a bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::access_log;
use super::har;
use super::json_line::JsonLines;
use super::progress::{Counted, Progress};
use super::record::Record;
use crate::fault::Fault;
use crate::input;

/// What was read of one file.
pub(super) struct Summary {
    pub(super) name: String,
    pub(super) format: &'static str,
    pub(super) records: u64,
    pub(super) broken: Broken,
}

/// Places that could not be read: how many, and the first of them with what is wrong.
#[derive(Default)]
pub(super) struct Broken {
    pub(super) count: u64,
    pub(super) first: Vec<(u64, &'static str)>,
}

impl Broken {
    fn add(&mut self, place: u64, why: &'static str) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push((place, why));
        }
    }
}

/// Reads one file and gives its records to `sink`.
pub(super) fn read(path: &Path, progress: &Progress, sink: &mut dyn FnMut(&Record<'_>)) -> Result<Summary, Fault> {
    let name = input::name_of(path);
    let source: Box<dyn Read> = if input::is_stdin(path) {
        input::take_stdin()?;
        Box::new(io::stdin().lock())
    } else {
        Box::new(input::open(path, "a HAR file or an access log")?)
    };
    let source = BufReader::with_capacity(BUFFER, Counted::new(source, progress));
    let failed = |error: io::Error| Fault::new(format!("{name}: {error}"));
    let (start, _, source) = begin(source).map_err(failed)?;
    if start.starts_with(&GZIP) {
        let unpacked = BufReader::with_capacity(BUFFER, MultiGzDecoder::new(source));
        return read_unpacked(unpacked, path, sink).map_err(failed);
    }
    read_unpacked(source, path, sink).map_err(failed)
}

/// The bytes of all files, if each is one whose size is known.
pub(super) fn size_of(paths: &[PathBuf]) -> Option<u64> {
    paths
        .iter()
        .map(|path| File::open(path).and_then(|file| file.metadata()).ok())
        .try_fold(0, |sum, metadata| metadata.filter(std::fs::Metadata::is_file).map(|metadata| sum + metadata.len()))
}

fn read_unpacked(source: impl BufRead, path: &Path, sink: &mut dyn FnMut(&Record<'_>)) -> io::Result<Summary> {
    // A report is passed on: where the file lay is nobody's business.
    let name = path.file_name().map_or_else(|| input::name_of(path), |name| name.to_string_lossy().into_owned());
    let name = if input::is_stdin(path) { input::name_of(path) } else { name };
    let mut summary = Summary { name, format: "lines", records: 0, broken: Broken::default() };
    let (start, is_cut, mut source) = begin(source)?;
    // Windows puts a mark before UTF-8.
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start);
    if text.len() < start.len() {
        source.consume(BYTE_ORDER_MARK.len());
    }
    if is_har(text, path) {
        summary.format = "HAR";
        let mut count = 0;
        let mut counted = |record: &Record<'_>| {
            count += 1;
            sink(record);
        };
        if let Err((entries, why)) = har::read(source, &summary.name, &mut counted) {
            summary.broken.add(entries + 1, why);
        }
        summary.records = count;
        return Ok(summary);
    }
    let lines = read_lines(source, &mut summary, sink)?;
    if is_cut {
        summary.broken.add(lines + 1, CUT);
    }
    Ok(summary)
}

/// Reads lines to the end, and counts them.
fn read_lines(mut source: impl BufRead, summary: &mut Summary, sink: &mut dyn FnMut(&Record<'_>)) -> io::Result<u64> {
    let (mut line, mut number) = (Vec::new(), 0);
    let mut json = JsonLines::default();
    let (mut of_json, mut of_access_log) = (0_u64, 0_u64);
    loop {
        let is_whole = match next_line(&mut source, &mut line) {
            Ok(Some(is_whole)) => is_whole,
            Ok(None) => break,
            // A gzip file that was cut off says so here; what came before holds.
            Err(error) if is_broken_gzip(&error) => {
                summary.broken.add(number + 1, CUT);
                break;
            }
            Err(error) => return Err(error),
        };
        number += 1;
        let text = line.trim_ascii();
        if text.is_empty() && is_whole {
            continue;
        }
        let read = if !is_whole {
            Err("a line longer than 1 MiB")
        } else if text.starts_with(b"{") {
            json.read(text, number, sink).map(|()| of_json += 1)
        } else {
            access_log::read(text).map(|record| sink(&Record { place: number, ..record })).map(|()| of_access_log += 1)
        };
        if let Err(why) = read {
            summary.broken.add(number, why);
        }
    }
    summary.records = of_json + of_access_log;
    summary.format = match (of_json, of_access_log) {
        (0, 0) => "nothing that can be read",
        (_, 0) => "JSON lines",
        (0, _) => "access log",
        _ => "JSON lines and access log",
    };
    Ok(number)
}

/// Reads the next line without its end; whether it was whole, or longer than what is kept. `None` at the end.
fn next_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut has_any = false;
    let mut is_whole = true;
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(has_any.then_some(is_whole));
        }
        has_any = true;
        let end = memchr::memchr(b'\n', buffer);
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        is_whole &= line.len() + part.len() <= LINE_BYTES;
        if is_whole {
            line.extend_from_slice(part);
        }
        let taken = part.len() + usize::from(end.is_some());
        source.consume(taken);
        if end.is_some() {
            return Ok(Some(is_whole));
        }
    }
}

/// A HAR file is one object whose first member is `log`, an object; a JSON log may begin in the same way, and then has
/// no word of HAR near.
fn is_har(start: &[u8], path: &Path) -> bool {
    let text = start.trim_ascii_start();
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("har")) && text.starts_with(b"{") {
        return true;
    }
    let rest = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"\"log\""));
    let rest = rest.map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b":"));
    let is_object = rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    is_object && (has(b"\"creator\"") || has(b"\"entries\"") || has(b"\"pages\""))
}

/// The first bytes of a stream, whether it broke off among them, and the stream with them in front. A pipe hands them
/// over in parts.
fn begin<R: BufRead>(mut source: R) -> io::Result<(Vec<u8>, bool, impl BufRead)> {
    let mut start = Vec::new();
    let is_cut = match source.by_ref().take(START_BYTES).read_to_end(&mut start) {
        Err(error) if is_broken_gzip(&error) => true,
        read => read.map(|_| false)?,
    };
    let rest = source.take(if is_cut { 0 } else { u64::MAX });
    Ok((start.clone(), is_cut, io::Cursor::new(start).chain(rest)))
}

fn is_broken_gzip(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | InvalidInput | InvalidData)
}

const CUT: &str = "the compressed data break off";
const GZIP: [u8; 2] = [0x1F, 0x8B];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Enough to tell formats apart.
const START_BYTES: u64 = 4096;
const BUFFER: usize = 256 << 10;
/// No log has longer lines that anybody reads.
const LINE_BYTES: usize = 1 << 20;
/// Broken places told by number, a file.
const NAMED: usize = 10;
