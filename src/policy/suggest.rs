//! "Did you mean": the allowed word nearest to what was written.

/// The nearest of `allowed`, if it is near enough to be what was meant.
pub(super) fn nearest<'w>(found: &str, allowed: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if found.len() > LONGEST {
        return None;
    }
    let plain = simplify(found);
    let nearest = allowed.into_iter().map(|word| (distance(&plain, &simplify(word)), word)).min_by_key(|near| near.0);
    nearest.filter(|(far, word)| *far <= 1.max(word.len() / 3)).map(|(_, word)| word)
}

/// Case, hyphens and underscores are what people mix up first.
fn simplify(word: &str) -> Vec<char> {
    word.chars().filter(|character| !matches!(character, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many characters have to be put in, left out or changed (Levenshtein).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, wanted) in row.iter_mut().skip(1).zip(other) {
            let replaced = diagonal + usize::from(character != wanted);
            diagonal = *cell;
            left = replaced.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// A longer word is no slip of ours, and the distance takes the product of both lengths.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word_and_strangers_none() {
        let words = ["jwks", "jwks_uri", "audience", "algorithms"];
        for (found, expected) in [
            ("jwksUri", Some("jwks_uri")),
            ("audiance", Some("audience")),
            ("Algorithm", Some("algorithms")),
            ("jwk", Some("jwks")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, words), expected, "{found}");
        }
    }

    #[test]
    fn the_distance_counts_single_changes() {
        let of =
            |one: &str, other: &str| distance(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>());
        assert_eq!((of("kitten", "sitting"), of("", "abc"), of("abc", ""), of("same", "same")), (3, 3, 3, 0));
    }
}
