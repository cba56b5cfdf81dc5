//! Each record has a cause: an earlier record, a timer, or somebody outside. By that all chains lead back to a beginning.

use sandbox::{
    api::Record,
    origin::{API_SERVER, Cause, WORLD},
};

use super::{Verdict, shadow::Shadow};
use crate::perform::USER;

pub fn lead_back(record: &Record, _: &Shadow) -> Verdict {
    let user = record.origin.user.as_str();
    match record.origin.because {
        Cause::Record(cause) if cause < record.revision => Ok(()),
        Cause::Record(cause) => Err(format!("{user} wrote because of {cause}, which comes later")),
        Cause::Timer(_) => Ok(()),
        Cause::Outside if [USER, WORLD, API_SERVER].contains(&user) => Ok(()),
        Cause::Outside => {
            let (kind, name) = (record.resource.def().kind, record.object.name());
            Err(format!("{user} wrote {kind} {name}, and nothing says why"))
        }
    }
}
