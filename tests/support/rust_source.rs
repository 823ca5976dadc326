//! Just enough of Rust's grammar to see what a source file names: text in, tokens out, comments and literals left out.

/// One token: an identifier, `::`, or a single sign.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Token {
    /// As written.
    pub text: String,
    /// Counted from one.
    pub line: usize,
    /// Whether it stands in an item under `#[cfg(test)]`.
    pub in_test: bool,
}

/// A path that starts at the root of a crate: `crate::trust` has the head `trust`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    /// The first name after the root; `*` when everything is taken.
    pub name: String,
    /// Counted from one.
    pub line: usize,
    /// Whether it stands in an item under `#[cfg(test)]`.
    pub in_test: bool,
}

/// The tokens of a source text.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = end_of_piece(&chars, at);
        if let Some(text) = token_text(&chars[at..end]) {
            found.push(Token { text, line, in_test: false });
        }
        line += chars[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    mark_tests(&mut found);
    found
}

/// Where the comment, literal, word or sign that starts at `at` ends.
fn end_of_piece(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => find(chars, at, |rest| rest[0] == '\n'),
        '/' if next == Some('*') => end_of_block_comment(chars, at),
        '"' => end_of_quoted(chars, at, '"'),
        '\'' if next == Some('\\') || chars.get(at + 2) == Some(&'\'') => end_of_quoted(chars, at, '\''),
        ':' if next == Some(':') => at + 2,
        c if is_word(c) => {
            let end = find(chars, at, |rest| !is_word(rest[0]));
            end_of_raw_string(chars, at, end).unwrap_or(end)
        }
        _ => at + 1,
    }
}

fn token_text(piece: &[char]) -> Option<String> {
    let first = piece[0];
    let literal = piece.len() > 1 && !is_word(first) && first != ':';
    let raw_string = is_word(first) && piece.last() != Some(&first) && piece.contains(&'"');
    (!literal && !raw_string && !first.is_whitespace()).then(|| piece.iter().collect())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn find(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(&chars[*at..])).unwrap_or(chars.len())
}

fn end_of_block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (1, at + 2);
    while depth > 0 && at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn end_of_quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut at = at + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// `r"…"`, `br#"…"#` and the like, when the word from `at` to `end` starts one.
fn end_of_raw_string(chars: &[char], at: usize, end: usize) -> Option<usize> {
    let word: String = chars[at..end].iter().collect();
    if !matches!(word.as_str(), "r" | "br" | "cr") {
        return None;
    }
    let quote = find(chars, end, |rest| rest[0] != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let mut close = vec!['"'];
    close.resize(1 + quote - end, '#');
    Some((find(chars, quote + 1, |rest| rest.starts_with(&close)) + close.len()).min(chars.len()))
}

fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        let end = if starts_with(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            end_of_item(tokens, at + 7)
        } else {
            at
        };
        tokens[at..end].iter_mut().for_each(|token| token.in_test = true);
        at = end.max(at + 1);
    }
}

/// An item ends with the brace that closes its body, or with a semicolon outside of all brackets.
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), "}" | ";") {
            return at + 1;
        }
    }
    tokens.len()
}

fn starts_with(tokens: &[Token], wanted: &[&str]) -> bool {
    tokens.len() >= wanted.len() && tokens.iter().zip(wanted).all(|(token, text)| token.text == *text)
}

/// The files that exist for tests only: `name` of every `#[cfg(test)] mod name;`.
pub fn test_files(tokens: &[Token]) -> Vec<String> {
    tokens
        .windows(3)
        .filter(|three| three[0].in_test && three[0].text == "mod" && three[2].text == ";")
        .map(|three| three[1].text.clone())
        .collect()
}

/// What follows `root::` wherever it is written, one for each branch of a group.
pub fn heads_of(tokens: &[Token], root: &str) -> Vec<Head> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let inside_a_path = at > 0 && tokens[at - 1].text == "::";
        if tokens[at].text == root && !inside_a_path {
            found.extend(heads_after(tokens, at + 1));
        }
    }
    found
}

/// Paths that climb to the crate's root by `super::`, out of a file whose module lies `depth` below it.
pub fn heads_by_super(tokens: &[Token], depth: usize) -> Vec<Head> {
    let mut found = Vec::new();
    let mut inline: Vec<usize> = Vec::new();
    let (mut braces, mut at) = (0_usize, 0);
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" => {
                braces += 1;
                if at >= 2 && tokens[at - 2].text == "mod" {
                    inline.push(braces);
                }
            }
            "}" => {
                inline.retain(|opened| *opened < braces);
                braces = braces.saturating_sub(1);
            }
            "super" => {
                let mut climbed = 1;
                while starts_with(&tokens[at + 1..], &["::", "super"]) {
                    (climbed, at) = (climbed + 1, at + 2);
                }
                if climbed >= depth + inline.len() {
                    found.extend(heads_after(tokens, at + 1));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The heads after a root whose `::` stands at `at`.
fn heads_after(tokens: &[Token], at: usize) -> Vec<Head> {
    if tokens.get(at).is_none_or(|token| token.text != "::") {
        return Vec::new();
    }
    let Some(first) = tokens.get(at + 1) else { return Vec::new() };
    if first.text != "{" {
        return vec![head(first)];
    }
    let mut found = Vec::new();
    let (mut depth, mut begins) = (0_usize, false);
    for token in &tokens[at + 1..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && begins => found.push(head(token)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        begins = depth == 1 && matches!(token.text.as_str(), "{" | ",");
    }
    found
}

fn head(token: &Token) -> Head {
    let name = if token.text == "self" { "*" } else { &token.text };
    Head { name: name.to_owned(), line: token.line, in_test: token.in_test }
}
