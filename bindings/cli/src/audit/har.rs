//! HAR files (HTTP Archive 1.2), read as a stream: an entry is forgotten when the next begins.

use std::io::{BufRead, BufReader};

use super::cut_strings::CutStrings;
use super::fields::Fields;
use super::record::Record;
use super::wanted::{self, Reader};
use super::when;

/// Reads the entries of a file and gives them to `sink`; a fault says what broke it off, behind so many entries.
///
/// The file is of one browser, which `client` names.
pub(super) fn read(
    source: impl BufRead,
    client: &str,
    sink: &mut dyn FnMut(&Record<'_>),
) -> Result<u64, (u64, &'static str)> {
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(BUFFER, CutStrings::new(source)));
    let mut entries = Entries { fields: Fields::default(), header: Header::default(), client, number: 0, sink };
    let read = wanted::read(&mut json, &mut entries).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(entries.number),
        Err(error) if error.is_eof() => Err((entries.number, "the file ends within an entry")),
        Err(error) if error.is_io() => Err((entries.number, "cannot be read further")),
        Err(_) => Err((entries.number, "no JSON from here on")),
    }
}

struct Entries<'a> {
    fields: Fields,
    header: Header,
    client: &'a str,
    number: u64,
    sink: &'a mut dyn FnMut(&Record<'_>),
}

/// A field line; the value may stand before the name.
#[derive(Default)]
struct Header {
    name: String,
    value: String,
}

impl Reader for Entries<'_> {
    fn wants(&self, path: &str) -> bool {
        WANTED.contains(&path)
    }

    fn text(&mut self, path: &str, text: &str) {
        let fields = &mut self.fields;
        match path {
            STARTED => fields.millis = when::parse(text.as_bytes()),
            METHOD => fields.method.set(text),
            URL => fields.target.set(text),
            REQUEST_NAME | RESPONSE_NAME => text.clone_into(&mut self.header.name),
            REQUEST_VALUE | RESPONSE_VALUE => text.clone_into(&mut self.header.value),
            // Chrome names the cache; "disk" and "memory" are the browser's own.
            FROM_CACHE => fields.cached = true,
            _ => {}
        }
    }

    fn number(&mut self, path: &str, number: f64) {
        match path {
            STATUS => self.fields.set_status(number),
            TIME => self.fields.set_took(number),
            _ => {}
        }
    }

    fn end(&mut self, path: &str) {
        match path {
            REQUEST_HEADERS => self.fields.request_header(&self.header.name, &self.header.value),
            RESPONSE_HEADERS => self.fields.response_header(&self.header.name, &self.header.value),
            // What a HAR file has of headers is all of them.
            REQUEST => self.fields.has_request_headers = true,
            RESPONSE => self.fields.has_response_headers = true,
            ENTRY => {
                self.number += 1;
                self.fields.client.set(self.client);
                // 0 stands for a request that got no response.
                self.fields.give(self.number, self.sink);
                self.fields.clear();
            }
            _ => return,
        }
        self.header.name.clear();
        self.header.value.clear();
    }
}

const ENTRY: &str = "log.entries";
const STARTED: &str = "log.entries.starteddatetime";
const TIME: &str = "log.entries.time";
const FROM_CACHE: &str = "log.entries._fromcache";
const REQUEST: &str = "log.entries.request";
const METHOD: &str = "log.entries.request.method";
const URL: &str = "log.entries.request.url";
const REQUEST_HEADERS: &str = "log.entries.request.headers";
const REQUEST_NAME: &str = "log.entries.request.headers.name";
const REQUEST_VALUE: &str = "log.entries.request.headers.value";
const RESPONSE: &str = "log.entries.response";
const STATUS: &str = "log.entries.response.status";
const RESPONSE_HEADERS: &str = "log.entries.response.headers";
const RESPONSE_NAME: &str = "log.entries.response.headers.name";
const RESPONSE_VALUE: &str = "log.entries.response.headers.value";
const WANTED: [&str; 16] = [
    "log",
    ENTRY,
    STARTED,
    TIME,
    FROM_CACHE,
    REQUEST,
    METHOD,
    URL,
    REQUEST_HEADERS,
    REQUEST_NAME,
    REQUEST_VALUE,
    RESPONSE,
    STATUS,
    RESPONSE_HEADERS,
    RESPONSE_NAME,
    RESPONSE_VALUE,
];
const BUFFER: usize = 64 << 10;
