//! What a command has to say, gathered and then written in one go.
//!
//! The answer stands before the first byte is written, so that a reader who hangs up cannot change
//! the exit code. Colours are always put in; the stream takes them out where no terminal listens or
//! `NO_COLOR` is set. Text from a stranger goes through [`printable`].

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use clap::builder::styling::{AnsiColor, Style};
use countersign::json::{Kind, Value};

use crate::dates;

/// For whom a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// People at a terminal.
    Human,
    /// Programs: one JSON object.
    Json,
}

/// The text for standard output.
pub(crate) struct Output {
    format: Format,
    text: String,
}

impl Output {
    /// Nothing yet.
    pub(crate) fn new(format: Format) -> Self {
        Output { format, text: String::new() }
    }

    /// Whether a program reads this.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Adds a line as it stands.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a line in `style`.
    pub(crate) fn styled(&mut self, style: Style, line: &str) {
        self.line(&paint(style, line));
    }

    /// Adds an empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Adds a name and what it is, the names in one column.
    pub(crate) fn fact(&mut self, name: &str, value: &str) {
        self.line(&format!("{} {}", paint(FAINT, &format!("{name:<9}")), printable(value)));
    }

    /// Adds a JSON object over several lines, with the dates of a token told beside their numbers.
    pub(crate) fn object(&mut self, value: Value<'_>, now: i128) {
        let mut lines = Vec::new();
        push_value(&mut lines, 0, "", value, "", Some(now));
        for line in lines {
            self.line(&line);
        }
    }

    /// Writes everything to standard output. A reader that hung up is no fault.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let write = |stream: &mut dyn io::Write| stream.write_all(self.text.as_bytes()).and_then(|()| stream.flush());
        let stdout = io::stdout().lock();
        let written = match self.format {
            Format::Human => write(&mut anstream::AutoStream::auto(stdout)),
            Format::Json if stdout.is_terminal() => {
                self.text = escaped(&self.text);
                let mut stdout = stdout;
                stdout.write_all(self.text.as_bytes()).and_then(|()| stdout.flush())
            }
            // To the byte: what takes colours out would take controls out of claims as well.
            Format::Json => write(&mut { stdout }),
        };
        self.text.clear();
        quiet_if_broken(written)
    }
}

/// JSON for a terminal: controls and marks that turn the writing direction as JSON escapes, which mean the same.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match u16::try_from(u32::from(character)) {
            Ok(code) if character != '\n' && (character.is_control() || turns(character)) => {
                let _ = write!(out, "\\u{code:04x}");
            }
            _ => out.push(character),
        }
    }
    out
}

/// A reader that hung up has all it wanted.
pub(crate) fn quiet_if_broken(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something beside the answer, on standard error.
pub(crate) fn note(style: Style, word: &str, text: &str) {
    let mut stream = anstream::AutoStream::auto(io::stderr().lock());
    // If nobody listens there either, there is nobody to tell.
    let _ = writeln!(stream, "{} {}", paint(style, word), text);
}

/// `text` between the codes of `style`.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A stranger's text for a terminal: controls and marks that turn the writing direction become visible.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || turns(character) || matches!(character, '\u{2028}' | '\u{2029}') {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// Whether a character turns the writing direction.
fn turns(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Pretty JSON text of `value`, as [`Output::object`] shows it but without dates.
pub(crate) fn pretty(value: Value<'_>) -> String {
    let mut lines = Vec::new();
    push_value(&mut lines, 0, "", value, "", None);
    lines.join("\n")
}

/// `name` and `tail` stand around the value; only members of the outermost object are dates.
fn push_value(lines: &mut Vec<String>, depth: usize, name: &str, value: Value<'_>, tail: &str, now: Option<i128>) {
    let indent = "  ".repeat(depth);
    let (open, close) = match value.kind() {
        Kind::Object => ('{', '}'),
        Kind::Array => ('[', ']'),
        _ => {
            lines.push(format!("{indent}{name}{}{tail}", printable(value.raw())));
            return;
        }
    };
    let members: Vec<(String, String, Value<'_>)> = match (value.as_object(), value.as_array()) {
        (Some(members), _) => members
            .map(|(name, value)| (format!("\"{}\": ", printable(name.raw())), name.to_owned_string(), value))
            .collect(),
        (None, elements) => elements.into_iter().flatten().map(|value| (String::new(), String::new(), value)).collect(),
    };
    if members.is_empty() {
        lines.push(format!("{indent}{name}{open}{close}{tail}"));
        return;
    }
    lines.push(format!("{indent}{name}{open}"));
    let last = members.len() - 1;
    for (index, (shown, member, value)) in members.into_iter().enumerate() {
        let comma = if index < last { "," } else { "" };
        let date = now.filter(|_| depth == 0).and_then(|now| dates::describe(&member, value, now));
        let tail =
            date.map_or_else(|| comma.to_owned(), |date| format!("{comma}  {}", paint(FAINT, &format!("// {date}"))));
        push_value(lines, depth + 1, &shown, value, &tail, now);
    }
    lines.push(format!("{indent}{close}{tail}"));
}

/// What is right.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What deserves a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Titles.
pub(crate) const TITLE: Style = Style::new().bold();
/// What stands beside.
pub(crate) const FAINT: Style = Style::new().dimmed();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_escapes_for_controls_of_strangers() {
        let json = "{\"scope\":\"a\u{9b}31m \u{202e}red\u{7f} é\"}\n";
        assert_eq!(escaped(json), "{\"scope\":\"a\\u009b31m \\u202ered\\u007f é\"}\n");
    }
}
