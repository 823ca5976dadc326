//! The desk's words for a command line in the words of the API: what to do next is a button or another request, never a
//! command, and what is asked for has no dashes before its name.

use crate::issue::list::Problem as RowFault;

/// Whether a hint says nothing of commands and their options.
pub fn is_for_anybody(hint: &str) -> bool {
    !["nansen ", "--", "this again", "command"].iter().any(|word| hint.contains(word))
}

/// The options of the command line under their names here.
pub fn in_words(text: &str) -> String {
    text.replace("--valid-until", "valid_until").replace("--second-language", "second_language").replace("--", "")
}

/// The fault of a row in the words of the API.
pub fn fault(problem: &RowFault) -> RowFault {
    RowFault { fault: in_words(&problem.fault), wanted: in_words(&problem.wanted), ..problem.clone() }
}

#[cfg(test)]
mod tests {
    use crate::desk::{Failure, Kind};
    use crate::web::Problem;

    #[test]
    fn a_hint_that_names_a_command_is_said_otherwise() {
        let failure = Failure::new("this data folder has no issuer yet").hint("run `nansen init` first");
        assert!(!Problem::from(failure.of(Kind::NotSetUp)).next.unwrap().contains("run `nansen"));
        let failure = Failure::new("the type has no layout \"x\"").hint("there are a4, card").of(Kind::Unknown);
        assert_eq!(Problem::from(failure).next.as_deref(), Some("there are a4, card"));
        let failure = Failure::new("--valid-until 1999-01-01 is in the past").hint("give a day from today on");
        assert_eq!(Problem::from(failure).detail, "valid_until 1999-01-01 is in the past");
    }

    #[test]
    fn the_page_has_a_sentence_for_every_fault() {
        let words: serde_json::Value = serde_json::from_str(include_str!("../../../web/desk/words/en.json")).unwrap();
        for fault in crate::issue::list::Fault::ALL {
            let key = format!("fault.{}", fault.name());
            assert!(words[&key].is_string(), "{key}");
        }
    }
}
