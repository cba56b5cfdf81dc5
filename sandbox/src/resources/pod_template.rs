//! Models v1 PodTemplate.

use super::{Column, ResourceDef, Row, cells};
use crate::{clock::Time, object::Object};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    generation: true,
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "PodTemplate", "podtemplates", "podtemplate")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Containers"), Column::new("Images"), Column::new("Pod Labels")];

fn row(template: &Object, _: Time) -> Row {
    let [names, images] = cells::containers(&template["template"]["spec"]);
    vec![template.name().into(), names, images, cells::labels(&template["template"]["metadata"]["labels"])]
}
