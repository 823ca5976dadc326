//! What a request asks to be checked, looked at or issued → the desk's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::issue::table::{Cells, csv_of, strangers};
use crate::desk::issue::{Order, Photos, Source};
use crate::desk::templates;
use crate::desk::{Failure, Home};
use crate::web::Problem;

/// Rows in one request at most.
const ROWS_MAX: usize = 20_000;

/// Rows of a form, and how they are to be printed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "type": "registration", "layout": "a4",
    "rows": [{"individual_id": "KEN-1", "full_name": "Amina Okoth", "date_of_birth": "1987~"}]
}))]
pub struct ListOrder {
    /// The credential type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The page; `a4` when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// The printer, such as `203dpi`, when it is another than the page is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printer: Option<String>,
    /// Language of the fixed words, instead of the holder's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Second language of the fixed words, instead of the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_language: Option<String>,
    /// Last day of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Replace the credential that a person already holds.
    #[serde(default)]
    pub reissue: bool,
    /// Leave rows that cannot be issued out, and issue the others.
    #[serde(default)]
    pub keep_going: bool,
    /// Address that any telephone opens, before the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The rows: column → cell.
    #[schema(value_type = Vec<BTreeMap<String, String>>)]
    pub rows: Vec<Cells>,
    /// Photos by the number of their row, from 1: picture files in Base64.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub photos: BTreeMap<String, String>,
}

impl ListOrder {
    /// The order, without a place to write to; and the columns that the type has not.
    ///
    /// # Errors
    /// 404 for a type that there is not, 422 for what cannot be used.
    pub fn order(&self, home: &Home) -> Result<(Order, Vec<String>), Problem> {
        let template = templates::find(home.path(), &self.type_name, None).map_err(Problem::from)?;
        if self.rows.len() > ROWS_MAX {
            let found = format!("{} rows", self.rows.len());
            return Err(Problem::unusable("too many rows at once").found(found).wanted(format!("at most {ROWS_MAX}")));
        }
        let list = Source::Memory(Arc::from(csv_of(&self.rows, &template.made)));
        let order = Order { photos: Photos::Rows(self.pictures()?), ..self.with_list(list)? };
        Ok((order, strangers(&self.rows, &template.made)))
    }

    /// The order for a list that came as a file.
    ///
    /// # Errors
    /// 422 for what cannot be used.
    pub fn with_list(&self, list: Source) -> Result<Order, Problem> {
        let told = |error: String| {
            Problem::unusable("the printer is not known").found(self.printer.clone().unwrap_or_default()).wanted(error)
        };
        let printer = self.printer.as_ref().map(|dpi| dpi.parse().map_err(told)).transpose()?;
        let day = |text: &String| {
            let day = text.parse();
            day.map_err(|_| {
                Problem::unusable("valid_until is not a day").found(text.clone()).wanted("a day like 2027-12-31")
            })
        };
        Ok(Order {
            layout: self.layout.clone().unwrap_or_else(|| "a4".to_owned()),
            printer,
            valid_until: self.valid_until.as_ref().map(day).transpose()?,
            reissue: self.reissue,
            keep_going: self.keep_going,
            language: self.language.clone(),
            second_language: self.second_language.clone(),
            address: self.address.clone(),
            photos: Photos::Rows(BTreeMap::new()),
            ..Order::plain(&self.type_name, list, None)
        })
    }

    /// The photos by the numbers that their rows have in the list, which has no empty rows.
    fn pictures(&self) -> Result<BTreeMap<u64, Arc<[u8]>>, Problem> {
        let is_empty = |row: &Cells| row.values().all(|cell| cell.trim().is_empty());
        let mut pictures = BTreeMap::new();
        for (row, text) in &self.photos {
            let place = row.parse::<usize>().ok().filter(|place| (1..=self.rows.len()).contains(place));
            let place = place.ok_or_else(|| {
                Problem::unusable("a photo belongs to no row")
                    .found(row.chars().take(20).collect::<String>())
                    .wanted(format!("a number from 1 to {}", self.rows.len()))
            })?;
            let number = self.rows[..place].iter().filter(|row| !is_empty(row)).count() as u64;
            pictures.insert(number, Arc::from(picture(text)?));
        }
        Ok(pictures)
    }
}

/// A picture file out of its Base64, with or without the head of a `data:` address.
pub fn picture(text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.split_once(";base64,").map_or(text, |(_, rest)| rest);
    Base64::decode_vec(text.trim())
        .map_err(|_| Problem::unusable("a photo is not in Base64").wanted("a JPEG, PNG or WebP file in Base64"))
}

/// The failure of an order that was kept and cannot be read any more.
pub fn kept_badly(error: &serde_json::Error) -> Failure {
    Failure::new(format!("what was kept of the job cannot be read: {error}")).hint("issue the list anew")
}
