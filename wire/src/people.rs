//! People: who they are to the house, and who in a class.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($type:ident: $($variant:ident = $name:literal),+) => {
        impl $type {
            /// All of them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name in the database, on the command line and in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.into_iter().find(|one| one.name() == text);
                found.ok_or_else(|| format!("expected one of {}, not {text:?}", [$($name),+].join(", ")))
            }
        }
    };
}

/// What somebody may do in the house. Everybody is a learner; a name is not needed for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Learns.
    #[default]
    Learner,
    /// May be made a grader of classes.
    Grader,
    /// Makes classes and leads them.
    Instructor,
    /// Gives roles, and may do all that instructors may, in every class.
    Admin,
}

named!(Role: Learner = "learner", Grader = "grader", Instructor = "instructor", Admin = "admin");

/// What somebody is in a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClassRole {
    /// Learns in it.
    #[default]
    Learner,
    /// Judges the learners' attempts.
    Grader,
    /// Leads it, and judges.
    Instructor,
}

named!(ClassRole: Learner = "learner", Grader = "grader", Instructor = "instructor");

/// What a grader says of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It counts as passed.
    Accept,
    /// The learner is asked to try again.
    Again,
    /// Words only.
    Comment,
    /// An earlier decision is taken back.
    Undo,
}

named!(Decision: Accept = "accept", Again = "again", Comment = "comment", Undo = "undo");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!(
            "teacher".parse::<ClassRole>(),
            Err("expected one of learner, grader, instructor, not \"teacher\"".into())
        );
    }
}
