//! How far the reading is: a bar on standard error if that is a terminal, else nothing.

use std::io::{self, Read};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of all files, compressed as they lie there.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar to `bytes`, or one that counts if the size is not known. Nothing is drawn where no terminal listens.
    pub(super) fn new(bytes: Option<u64>) -> Progress {
        let (bar, template) = match bytes {
            Some(bytes) => {
                (ProgressBar::new(bytes), "reading {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}")
            }
            None => (ProgressBar::no_length(), "reading {spinner} {bytes} {binary_bytes_per_sec}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A reader whose bytes move the bar.
pub(super) struct Counted<'a, R> {
    inner: R,
    progress: &'a Progress,
}

impl<'a, R> Counted<'a, R> {
    pub(super) fn new(inner: R, progress: &'a Progress) -> Self {
        Counted { inner, progress }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.progress.0.inc(u64::try_from(count).unwrap_or(0));
        Ok(count)
    }
}
