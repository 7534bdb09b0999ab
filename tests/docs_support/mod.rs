//! Reading Markdown, as little of it as the project's own pages use.

pub(crate) mod client;
pub(crate) mod findings;
pub(crate) mod reasons;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folder of the package.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The text of a file of the project; empty if it is not there.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// Every page of the project, as a path from its root.
pub(crate) fn pages() -> Vec<String> {
    let mut found = Vec::new();
    collect(&root(), "", &mut found);
    found.sort();
    assert!(found.iter().any(|page| page == "README.md"), "{found:?}");
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !name.starts_with('.') && !["target", "build", "node_modules"].contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), found);
            }
        } else if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// A page with generated parts.
pub(crate) struct Page {
    path: &'static str,
    text: String,
    stale: Vec<String>,
}

impl Page {
    pub(crate) fn open(path: &'static str) -> Page {
        Page { path, text: read(path), stale: Vec::new() }
    }

    /// Puts `text` between the marks of the part `name`.
    pub(crate) fn hold(&mut self, name: &str, text: &str) {
        let (start, end) = (format!("<!-- generated: {name} -->\n"), format!("\n<!-- end: {name} -->"));
        let from = self.text.find(&start).unwrap_or_else(|| panic!("{} lacks {start}", self.path)) + start.len();
        let to = from + self.text[from..].find(&end).unwrap_or_else(|| panic!("{} lacks {end}", self.path));
        if self.text[from..to] != *text {
            self.text.replace_range(from..to, text);
            self.stale.push(name.to_owned());
        }
    }

    /// Puts `text` where `shown` stands.
    #[cfg(feature = "conform")]
    pub(crate) fn replace(&mut self, shown: &str, text: &str) {
        if shown != text {
            self.text = self.text.replacen(shown, text, 1);
            self.stale.push(shown.chars().take(60).collect());
        }
    }

    /// Writes the page if that was asked for, else refuses one that has drifted.
    pub(crate) fn close(self) {
        if env::var_os("COUNTERSIGN_UPDATE_DOCS").is_some() {
            fs::write(root().join(self.path), self.text).unwrap();
        } else {
            assert!(self.stale.is_empty(), "{}: {:?} have drifted; run `make docs`", self.path, self.stale);
        }
    }
}

/// A fenced block.
pub(crate) struct Fence {
    pub(crate) language: String,
    pub(crate) text: String,
    /// The line of the opening fence, from 1.
    pub(crate) line: usize,
}

/// The fenced blocks of a page.
pub(crate) fn fences(page: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.trim_start().strip_prefix("```") {
            Some(_) if open => open = false,
            Some(language) => {
                open = true;
                found.push(Fence { language: language.trim().to_owned(), text: String::new(), line: index + 1 });
            }
            None if open => {
                let text = &mut found.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "a fence is not closed");
    found
}

/// The lines of a page outside its fences.
fn prose(page: &str) -> Vec<&str> {
    let mut open = false;
    page.lines()
        .filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            open ^= is_fence;
            !open && !is_fence
        })
        .collect()
}

/// The inline code of a page.
pub(crate) fn spans(page: &str) -> Vec<String> {
    let code = |line: &str| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    prose(page).into_iter().flat_map(code).collect()
}

/// The targets of the links of a page.
pub(crate) fn links(page: &str) -> Vec<String> {
    let targets = |line: &str| {
        line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    prose(page).into_iter().flat_map(targets).collect()
}

/// The anchors that the headings of a page have where it is shown.
pub(crate) fn headings(page: &str) -> Vec<String> {
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character }).collect()
    };
    prose(page).into_iter().filter(|line| line.starts_with('#')).map(anchor).collect()
}
