//! Items in diagnostic notation (RFC 8949 §8), one map entry a line, for people who look inside a paper.

use super::Value;

/// `value` in diagnostic notation, its lines indented by two spaces a level.
pub fn diagnostic(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, level: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(&truth.to_string()),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&format!("{number:?}")),
        Value::Bytes(bytes) => {
            out.push_str("h'");
            bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02x}")));
            out.push('\'');
        }
        Value::Text(text) => out.push_str(&format!("{text:?}")),
        Value::Array(items) => block(out, ('[', ']'), level, items, |item, out| write(item, level + 1, out)),
        Value::Map(entries) => block(out, ('{', '}'), level, entries, |(key, item), out| {
            write(key, level + 1, out);
            out.push_str(": ");
            write(item, level + 1, out);
        }),
        Value::Tag(tag, inner) => {
            out.push_str(&format!("{tag}("));
            write(inner, level, out);
            out.push(')');
        }
        _ => out.push_str("(unknown item)"),
    }
}

fn block<T>(out: &mut String, (open, close): (char, char), level: usize, items: &[T], item: impl Fn(&T, &mut String)) {
    out.push(open);
    for (place, one) in items.iter().enumerate() {
        out.push_str(if place == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(level + 1));
        item(one, out);
    }
    if !items.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::super::{int, text};
    use super::*;

    #[test]
    fn an_item_is_shown_as_the_specification_writes_it() {
        let item =
            Value::Map(vec![(int(1), Value::Array(vec![text("a"), Value::Bytes(vec![0xab])])), (int(-2), Value::Null)]);
        assert_eq!(diagnostic(&item), "{\n  1: [\n    \"a\",\n    h'ab'\n  ],\n  -2: null\n}");
        assert_eq!(diagnostic(&Value::Tag(18, Box::new(Value::Array(vec![])))), "18([])");
    }
}
