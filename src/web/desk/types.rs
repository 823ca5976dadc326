//! `/types`: what can be issued, and the form for each.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::credential::kind::{Kind, Labels};
use crate::credential::types::Field;
use crate::desk::templates::{self, Template};
use crate::print::{Layout, Show};
use crate::web::work::Lane;
use crate::web::{App, Json, Path, Problem, SignedIn};

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(types)).routes(routes!(form)).routes(routes!(printers))
}

/// A credential type.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "registration", "title": {"en": "Proof of registration"}, "photo": true}))]
pub struct TypeLine {
    /// Its name in the API.
    pub name: String,
    /// Its title by language.
    pub title: Labels,
    /// Whether a layout of it has a place for a photo.
    pub photo: bool,
}

/// A kind of printer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"name": "203dpi", "dpi": 203}))]
pub struct PrinterLine {
    /// Its name in the API.
    pub name: String,
    /// Dots in an inch.
    pub dpi: u32,
}

/// What a form for a type asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeForm {
    /// Its name in the API.
    pub name: String,
    /// Its title by language.
    pub title: Labels,
    /// The field that says whom a credential is about.
    pub subject: String,
    /// The field by which rows are grouped into one credential; each row then has one of the `members`.
    pub group: Option<String>,
    /// At least one of these fields has a value.
    pub any_of: Vec<String>,
    /// Languages that the fixed words of some layout can be printed in.
    pub languages: Vec<String>,
    /// Its pages.
    pub layouts: Vec<LayoutLine>,
    /// Whether a layout of it has a place for a photo.
    pub photo: bool,
    /// The fields in the order of print.
    pub fields: Vec<FieldForm>,
}

/// A page of a type.
#[derive(Debug, Serialize, ToSchema)]
pub struct LayoutLine {
    /// Its name in the API.
    pub name: String,
    /// What its paper is called.
    pub title: String,
    /// Whether it has a place for a photo.
    pub photo: bool,
    /// Dots in an inch of the printer that it is meant for.
    pub dpi: u32,
}

/// A field of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldForm {
    /// Its column.
    pub name: String,
    /// What it is called, by language.
    pub labels: Labels,
    /// `text`, `name`, `identifier`, `date`, `country`, `language`, `choice`, `integer`, `url` or `members`.
    pub kind: &'static str,
    /// Whether it must have a value.
    pub required: bool,
    /// Letters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letters: Option<usize>,
    /// Of a date: whether it must not be to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past: Option<bool>,
    /// Of a number: the smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Of a number: the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Of a choice: what there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<ChoiceForm>>,
    /// Of members: the fields of each, which stand in the same row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub members: Option<Vec<FieldForm>>,
    /// What a value looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

/// One value of a choice.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceForm {
    /// What the cell has.
    pub value: String,
    /// What it is called, by language.
    pub labels: Labels,
}

/// Printers to choose from
#[utoipa::path(
    get, path = "/printers", tag = "desk", security(("session" = [])),
    responses(
        (status = 200, description = "Resolutions of printers, for `printer` of an order", body = Vec<PrinterLine>),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn printers(_who: SignedIn) -> Json<Vec<PrinterLine>> {
    Json(
        templates::RESOLUTIONS
            .iter()
            .map(|printer| PrinterLine { name: printer.to_string(), dpi: printer.0 })
            .collect(),
    )
}

/// What can be issued
#[utoipa::path(
    get, path = "/types", tag = "desk", security(("session" = [])),
    responses(
        (status = 200, description = "The credential types of this desk", body = Vec<TypeLine>),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn types(State(app): State<App>, _who: SignedIn) -> Result<Json<Vec<TypeLine>>, Problem> {
    let found = app.run(Lane::Files, |app| templates::all(app.home.path())).await?.map_err(Problem::from)?;
    let line = |template: &Template| {
        let (_, photo) = layouts(template);
        TypeLine { name: template.made.name.clone(), title: template.made.title.clone(), photo }
    };
    Ok(Json(found.iter().map(line).collect()))
}

/// The form of a type
#[utoipa::path(
    get, path = "/types/{name}", tag = "desk", security(("session" = [])),
    params(("name" = String, Path, description = "Name of the type", example = "registration")),
    responses(
        (status = 200, description = "Its fields, layouts and languages", body = TypeForm),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such type", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn form(State(app): State<App>, _who: SignedIn, Path(name): Path<String>) -> Result<Json<TypeForm>, Problem> {
    let found = app.run(Lane::Files, move |app| templates::find(app.home.path(), &name, None)).await?;
    let template = found.map_err(Problem::from)?;
    let (named, photo) = layouts(&template);
    let mut languages: Vec<String> =
        named.iter().flat_map(|(_, layout)| layout.languages()).map(ToOwned::to_owned).collect();
    languages.extend(template.made.title.keys().cloned());
    languages.sort();
    languages.dedup();
    let line = |(name, layout): (String, Layout)| LayoutLine {
        title: templates::paper(&layout),
        photo: has_photo(&layout),
        dpi: layout.dots_per_inch.round() as u32,
        name,
    };
    let made = &template.made;
    Ok(Json(TypeForm {
        name: made.name.clone(),
        title: made.title.clone(),
        subject: made.subject.clone(),
        group: made.group.clone(),
        any_of: made.any_of.clone(),
        languages,
        layouts: named.into_iter().map(line).collect(),
        photo,
        fields: made.fields.iter().map(|one| field(one, &made.members)).collect(),
    }))
}

/// The layouts that can be read, and whether one has a place for a photo.
fn layouts(template: &Template) -> (Vec<(String, Layout)>, bool) {
    let names = template.layout_names().into_iter();
    let found: Vec<(String, Layout)> =
        names.filter_map(|name| Some((name.clone(), template.layout(&name).ok()?))).collect();
    let photo = found.iter().any(|(_, layout)| has_photo(layout));
    (found, photo)
}

fn has_photo(layout: &Layout) -> bool {
    layout.boxes.iter().any(|one| matches!(one.show, Show::Photo))
}

fn field(field: &Field, members: &[Field]) -> FieldForm {
    let mut form = FieldForm {
        name: field.name.clone(),
        labels: field.label.clone(),
        kind: "text",
        required: field.required,
        letters: None,
        past: None,
        min: None,
        max: None,
        choices: None,
        members: None,
        hint: None,
    };
    match &field.kind {
        Kind::Text { max } => form.letters = Some(*max),
        Kind::Name => (form.kind, form.letters) = ("name", Some(crate::credential::kind::NAME_MAX)),
        Kind::Identifier => (form.kind, form.hint) = ("identifier", Some("KEN-00-1")),
        Kind::Date { past } => {
            (form.kind, form.past, form.hint) = ("date", Some(*past), Some("1987-03-14, 1987-03, 1987, 1987~"));
        }
        Kind::Country => (form.kind, form.hint) = ("country", Some("KEN")),
        Kind::Language => (form.kind, form.hint) = ("language", Some("ar")),
        Kind::Choice(choices) => {
            let choice = |one: &crate::credential::kind::Choice| ChoiceForm {
                value: one.name.clone(),
                labels: one.label.clone(),
            };
            (form.kind, form.choices) = ("choice", Some(choices.iter().map(choice).collect()));
        }
        Kind::Integer { min, max } => (form.kind, form.min, form.max) = ("integer", Some(*min), Some(*max)),
        Kind::Url => (form.kind, form.hint) = ("url", Some("https://example.org/")),
        Kind::Members => {
            let of_each = members.iter().map(|one| self::field(one, &[])).collect();
            (form.kind, form.members) = ("members", Some(of_each));
        }
    }
    form
}
