//! Formula text cut into tokens.

use std::ops::Range;

use super::FormulaError;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number; `14%` is 0.14 already.
    Number(f64),
    /// A text in quotes, without them.
    Text(String),
    /// A name, dotted or not.
    Name(String),
    /// An operator, bracket or comma, or one of the words `and`, `or`, `not`.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// A token and the bytes it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

/// Signs of the language, longer ones before those they begin with.
const SIGNS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^", "(", ")", ","];

/// What people write by habit from elsewhere, and what it is called here; longer ones first.
const FOREIGN: [(&str, &str); 13] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("**", "write `^` for a power"),
    ("<>", "write `!=`"),
    ("=", "write `==` to compare"),
    ("!", "write `not`"),
    (";", "write `,` between arguments"),
    ("−", "write `-`, the hyphen on the keyboard"),
    ("–", "write `-`, the hyphen on the keyboard"),
    ("×", "write `*`"),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    ("≠", "write `!=`"),
];

/// All tokens of `text`, the last one [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned>, FormulaError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let (token, length) = if next.is_ascii_digit() || (next == '.' && digits(&rest[1..]) > 0) {
            number(rest, at)?
        } else if next.is_ascii_alphabetic() || next == '_' {
            name(rest)
        } else if next == '\'' || next == '"' {
            quoted(rest, next, at)?
        } else {
            sign(rest, next, at, found.last())?
        };
        found.push(Spanned { token, span: at..at + length });
        at += length;
    }
    found.push(Spanned { token: Token::End, span: text.len()..text.len() });
    Ok(found)
}

/// Length of the run of digits at the start, with single underscores between digits.
fn digits(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while digit(length) || (length > 0 && bytes.get(length) == Some(&b'_') && digit(length + 1)) {
        length += 1;
    }
    length
}

/// Length of the run of letters, digits and underscores at the start.
fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), FormulaError> {
    let mut length = digits(rest);
    if rest[length..].starts_with('.') {
        let fraction = digits(&rest[length + 1..]);
        if fraction == 0 {
            return Err(FormulaError::new(at..at + length + 1, "a digit is missing after the decimal point"));
        }
        length += 1 + fraction;
    }
    let mantissa = rest[..length].replace('_', "");
    let mut exponent = 0_i32;
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let figures = digits(&rest[length + 1 + sign..]);
        if figures > 0 {
            let end = length + 1 + sign + figures;
            let written = rest[length + 1..end].replace('_', "");
            exponent = written.parse().map_err(|_| {
                FormulaError::new(at..at + end, format!("`{}` is not a number we can hold", &rest[..end]))
            })?;
            length = end;
        }
    }
    if let more @ 1.. = word(&rest[length..]) {
        let whole = &rest[..length + more];
        let message = format!("`{whole}` is neither a number nor a name");
        let help = format!("write `{} * {}` to multiply", &rest[..length], &rest[length..length + more]);
        return Err(FormulaError::new(at..at + whole.len(), message).with_help(help));
    }
    if rest[length..].starts_with('%') {
        // Moving the decimal point, where dividing by 100 would round once more.
        exponent = exponent.saturating_sub(2);
        length += 1;
    }
    match format!("{mantissa}e{exponent}").parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        _ => {
            let message = format!("`{}` is not a number we can hold", &rest[..length]);
            Err(FormulaError::new(at..at + length, message))
        }
    }
}

fn name(rest: &str) -> (Token, usize) {
    let mut length = word(rest);
    // A dot belongs to the name only where another part follows it.
    while rest[length..].starts_with('.')
        && rest[length + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '_')
    {
        length += 1 + word(&rest[length + 1..]);
    }
    let token = match &rest[..length] {
        "and" => Token::Sign("and"),
        "or" => Token::Sign("or"),
        "not" => Token::Sign("not"),
        other => Token::Name(other.to_owned()),
    };
    (token, length)
}

fn quoted(rest: &str, quote: char, at: usize) -> Result<(Token, usize), FormulaError> {
    match rest[1..].find(quote) {
        Some(length) => Ok((Token::Text(rest[1..=length].to_owned()), length + 2)),
        None => {
            let message = "a quoted text does not end";
            let help = format!("close it with {quote}");
            Err(FormulaError::new(at..at + rest.len(), message).with_help(help))
        }
    }
}

fn sign(rest: &str, next: char, at: usize, before: Option<&Spanned>) -> Result<(Token, usize), FormulaError> {
    let foreign = FOREIGN.iter().find(|(written, _)| rest.starts_with(written));
    // `<=` and its like are found first, so that their second character is not taken for a foreign sign.
    let ours = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    if let Some(sign) = ours {
        let longer_foreign = foreign.is_some_and(|(written, _)| written.len() > sign.len());
        if !longer_foreign {
            return Ok((Token::Sign(sign), sign.len()));
        }
    }
    if let Some((written, help)) = foreign {
        let message = format!("`{written}` does not belong to the formula language");
        return Err(FormulaError::new(at..at + written.len(), message).with_help(*help));
    }
    let error = FormulaError::new(at..at + next.len_utf8(), format!("unexpected character `{next}`"));
    Err(match (next, before.map(|spanned| &spanned.token)) {
        ('%', Some(Token::Name(_) | Token::Sign(")"))) => {
            error.with_help("`%` follows a number only; divide by 100 instead")
        }
        ('%', _) => error.with_help("write `%` directly behind a number: `14%`"),
        ('€' | '$', _) => error.with_help("write the amount without its currency"),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Token> {
        tokens(text).unwrap().into_iter().map(|spanned| spanned.token).collect()
    }

    fn value(text: &str) -> f64 {
        match kinds(text).as_slice() {
            [Token::Number(value), Token::End] => *value,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(value("1_000"), 1000.0);
        assert_eq!(value("0.25"), 0.25);
        assert_eq!(value(".5"), 0.5);
        assert_eq!(value("1e-3"), 0.001);
        assert_eq!(value("2.5E+2"), 250.0);
    }

    #[test]
    fn percentages_are_exactly_the_decimal_number() {
        assert_eq!(value("14%"), 0.14);
        // Dividing the nearest number to 0.7 by 100 gives 0.006999999999999999.
        assert_eq!(value("0.7%"), 0.007);
        assert_eq!(value("1e1%"), 0.1);
    }

    #[test]
    fn dots_join_the_parts_of_a_name() {
        assert_eq!(kinds("shares.in_balans"), [Token::Name("shares.in_balans".into()), Token::End]);
    }

    #[test]
    fn spans_count_bytes_of_the_formula() {
        let spans: Vec<_> = tokens("a <= 'é' ").unwrap().into_iter().map(|spanned| spanned.span).collect();
        assert_eq!(spans, [0..1, 2..4, 5..9, 10..10]);
    }

    #[test]
    fn either_quote_encloses_a_text() {
        assert_eq!(kinds("'low'"), kinds("\"low\""));
        assert_eq!(kinds("''"), [Token::Text(String::new()), Token::End]);
    }

    #[track_caller]
    fn error(text: &str) -> (Range<usize>, String, Option<String>) {
        let error = tokens(text).unwrap_err();
        (error.span, error.message, error.help)
    }

    #[test]
    fn habits_from_elsewhere_are_named() {
        for (text, span, word) in [
            ("a && b", 2..4, "`and`"),
            ("a || b", 2..4, "`or`"),
            ("a ** 2", 2..4, "`^`"),
            ("a = 2", 2..3, "`==`"),
            ("!a", 0..1, "`not`"),
            ("a ≥ 2", 2..5, "`>=`"),
            ("a − 2", 2..5, "`-`"),
            ("a <> 2", 2..4, "`!=`"),
        ] {
            let (found, _, help) = error(text);
            assert_eq!(found, span, "{text}");
            assert!(help.unwrap().contains(word), "{text}");
        }
    }

    #[test]
    fn a_number_glued_to_a_name_is_explained() {
        let (span, message, help) = error("2 + 12abc");
        assert_eq!(span, 4..9);
        assert_eq!(message, "`12abc` is neither a number nor a name");
        assert_eq!(help.as_deref(), Some("write `12 * abc` to multiply"));
    }

    #[test]
    fn an_exponent_without_digits_is_no_exponent() {
        assert_eq!(error("1e").0, 0..2);
        assert_eq!(error("1e+").0, 0..2);
    }

    #[test]
    fn numbers_too_large_to_hold_are_refused() {
        assert_eq!(error("1e999").0, 0..5);
        assert_eq!(error("1e99999999999").0, 0..13);
    }

    #[test]
    fn loose_signs_are_errors_on_the_spot() {
        assert_eq!(error("age %").0, 4..5);
        assert_eq!(error("1.").0, 0..2);
        assert_eq!(error("a == 'low").0, 5..9);
        assert_eq!(error("a # b").0, 2..3);
        assert_eq!(error("€ 5").0, 0..3);
    }
}
