//! The block of bytes that a check reads its request from and writes its decision to.
//!
//! JavaScript owns it and both sides know its layout (`ts/block.ts`): a head of 32-bit words in the
//! machine's byte order, the lengths of the parts, then the parts one behind the other.

use countersign::time::Wall;
use countersign::{Decision, Detail, FieldLine, Need, Request, SchemeName};

/// A request as it stands in a block.
pub(crate) struct Packed<'b> {
    flags: u32,
    method: &'b [u8],
    target: &'b [u8],
    profile: &'b str,
    scopes: &'b str,
    certificate: &'b str,
    now: Wall,
    monotonic: Option<u64>,
}

impl<'b> Packed<'b> {
    /// Reads the request; its lines go into `lines`. `None` for what is no request, which is a fault of `ts/block.ts`.
    pub(crate) fn read(block: &'b [u8], names: &'b [String], lines: &mut Vec<FieldLine<'b>>) -> Option<Packed<'b>> {
        let mut head = Reader { rest: block };
        let flags = head.word()?;
        let [method, target, profile, scopes, certificate, now_text] = head.lengths::<6>()?;
        let count = usize::try_from(head.word()?).ok()?;
        let millis = f64::from_ne_bytes(head.wide()?);
        let monotonic = f64::from_ne_bytes(head.wide()?);
        let monotonic_whole = u64::from_ne_bytes(head.wide()?);
        let (pairs, parts) = block.get(REQUEST_HEAD..)?.split_at_checked(count.checked_mul(2 * WORD)?)?;
        let (mut pairs, mut parts) = (Reader { rest: pairs }, Reader { rest: parts });
        let (method, target) = (parts.bytes(method)?, parts.bytes(target)?);
        let [profile, scopes, certificate] = [parts.text(profile)?, parts.text(scopes)?, parts.text(certificate)?];
        let now_text = parts.text(now_text)?;
        for _ in 0..count {
            let [name, length] = pairs.lengths::<2>()?;
            lines.push(FieldLine { name: names.get(name)?.as_bytes(), value: parts.bytes(length)? });
        }
        let now = if flags & HAS_NOW_TEXT == 0 { Wall::from_nanos(nanos(millis)) } else { Wall::parse(now_text)? };
        let monotonic = match flags & (HAS_MONOTONIC | HAS_MONOTONIC_WHOLE) {
            0 => None,
            HAS_MONOTONIC => u64::try_from(nanos(monotonic)).ok(),
            _ => Some(monotonic_whole),
        };
        Some(Packed { flags, method, target, profile, scopes, certificate, now, monotonic })
    }

    /// The request over these lines.
    pub(crate) fn request<'a>(&'a self, lines: &'a [FieldLine<'a>]) -> Request<'a> {
        let mut request = Request::from_bytes(self.method, self.target, lines, self.now);
        if let Some(monotonic) = self.monotonic {
            request = request.monotonic(monotonic);
        }
        if self.flags & HAS_PROFILE != 0 {
            request = request.profile(self.profile);
        }
        if self.flags & HAS_SCOPES != 0 {
            request = request.scopes(self.scopes);
        }
        if self.flags & HAS_CERTIFICATE != 0 {
            request = request.client_cert_sha256(self.certificate);
        }
        request
    }
}

/// Milliseconds of JavaScript's clocks as whole nanoseconds; what is no time is an unset clock.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a float saturates, NaN is 0")]
pub(crate) fn nanos(millis: f64) -> i128 {
    let whole = millis.floor();
    let part = ((millis - whole) * 1e6).round();
    (whole as i128).saturating_mul(1_000_000).saturating_add(part as i128)
}

/// Writes the decision over the request; gives the bytes that it needs, and writes no more than half of it if
/// there are fewer.
pub(crate) fn write_decision(decision: &Decision, block: &mut [u8]) -> usize {
    let (need, need_issuer, need_uri, generation) = match decision.need() {
        Some(Need::Keys { issuer, jwks_uri, generation }) => (NEED_KEYS, Some(issuer), jwks_uri, generation),
        Some(_) => (NEED_SLOW_HASH, None, None, 0),
        None => (0, None, None, 0),
    };
    let parts = [
        decision.issuer(),
        decision.subject(),
        decision.key_id(),
        decision.claims().map(|claims| claims.raw()),
        decision.attempt_key(),
        need_issuer,
        need_uri,
        Some(decision.body()).filter(|body| !body.is_empty()),
    ];
    let values = || decision.fields().map(|(_, value)| value);
    let is_ascii = parts.iter().flatten().all(|part| part.is_ascii()) && values().all(str::is_ascii);
    let mut writer = Writer { block, at: WORD };
    for number in [
        word(decision.reason().counter_index()),
        u32::from(decision.http_status()),
        decision.scheme().map_or(0, SchemeName::number),
        need | if is_ascii { 0 } else { NOT_ASCII },
        decision.detail().map_or(0, Detail::number),
        word(values().count()),
    ] {
        writer.word(number);
    }
    writer.bytes(&generation.to_ne_bytes());
    for part in &parts {
        writer.word(part.map_or(ABSENT, |part| word(part.len())));
    }
    for (name, value) in decision.fields() {
        let known = FIELDS.iter().position(|known| *known == name);
        writer.word(known.map_or(ABSENT, word));
        writer.word(word(value.len()));
    }
    for text in parts.into_iter().flatten().chain(values()) {
        writer.bytes(text.as_bytes());
    }
    let needed = writer.at;
    writer.at = 0;
    writer.word(word(needed));
    needed
}

fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(ABSENT)
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn bytes(&mut self, length: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn text(&mut self, length: usize) -> Option<&'b str> {
        core::str::from_utf8(self.bytes(length)?).ok()
    }

    fn word(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_ne_bytes(*bytes))
    }

    fn wide(&mut self) -> Option<[u8; WIDE]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn lengths<const N: usize>(&mut self) -> Option<[usize; N]> {
        let mut lengths = [0; N];
        for length in &mut lengths {
            *length = usize::try_from(self.word()?).ok()?;
        }
        Some(lengths)
    }
}

/// Counts on behind the end of the block, so that a short one tells what would have been enough.
struct Writer<'b> {
    block: &'b mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(place) = self.block.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
        }
        self.at = end;
    }

    fn word(&mut self, word: u32) {
        self.bytes(&word.to_ne_bytes());
    }
}

const WORD: usize = 4;
const WIDE: usize = 8;
/// The flags, six lengths and the number of lines; then three numbers of 64 bits.
const REQUEST_HEAD: usize = 8 * WORD + 3 * WIDE;

const HAS_PROFILE: u32 = 1;
const HAS_SCOPES: u32 = 2;
const HAS_CERTIFICATE: u32 = 4;
const HAS_NOW_TEXT: u32 = 8;
const HAS_MONOTONIC: u32 = 16;
const HAS_MONOTONIC_WHOLE: u32 = 32;

const NEED_KEYS: u32 = 1;
const NEED_SLOW_HASH: u32 = 2;
const NOT_ASCII: u32 = 4;
/// The length of a part that is not there.
const ABSENT: u32 = u32::MAX;

/// The fields that a decision sends, by their numbers in the block.
pub(crate) const FIELDS: [&str; 4] =
    ["WWW-Authenticate", "Cache-Control", "Retry-After", "Access-Control-Expose-Headers"];
