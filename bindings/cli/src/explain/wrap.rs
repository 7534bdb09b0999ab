//! Text in lines of bounded width, broken at spaces.

/// Columns of a line; what people read is narrower than what terminals are.
pub(super) const COLUMNS: usize = 80;

/// The lines of `text` behind an indent of `indent` columns. A word that is longer than a line stands alone.
pub(super) fn wrap(text: &str, indent: usize) -> Vec<String> {
    let room = COLUMNS.saturating_sub(indent).max(20);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            lines.push(String::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else { continue };
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_never_within_a_word() {
        let text = "a ".repeat(60) + &"b".repeat(90) + " c";
        let lines = wrap(&text, 10);
        assert!(lines.iter().all(|line| line.chars().count() <= 70 || line.chars().all(|c| c == 'b')), "{lines:?}");
        assert_eq!(lines.join(" ").split(' ').count(), 62);
        assert_eq!(wrap("", 0), [""]);
    }
}
