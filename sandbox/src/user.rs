//! Who asks: a name, and what belongs to it. Models `user.Info` of apiserver's authentication.

use ecow::{EcoString, EcoVec, eco_format, eco_vec};
use serde::{Deserialize, Serialize};

/// The group of cluster administrators, whom no rule binds.
pub const MASTERS: &str = "system:masters";
/// The group of everybody who is known.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of everybody who is not.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// The name of everybody who is not known.
pub const ANONYMOUS: &str = "system:anonymous";
/// Prefix of a service account's name; its namespace and its name follow.
pub const ACCOUNT_PREFIX: &str = "system:serviceaccount:";
/// The group of all service accounts; those of a namespace have a group of their own.
pub const ACCOUNTS: &str = "system:serviceaccounts";
/// The key under which a user's `extra` says what it was known by.
pub const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

/// A user as the API knows it, after authentication and impersonation. Cloning one is a few reference counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct User {
    /// The name.
    pub name: EcoString,
    /// The uid, or empty.
    pub uid: EcoString,
    /// Groups, in the order in which they were found.
    pub groups: EcoVec<EcoString>,
    /// What else is known of it: keys in order, each with its values.
    pub extra: EcoVec<(EcoString, EcoVec<EcoString>)>,
}

impl User {
    /// A cluster administrator, as the certificate that kubeadm makes lets one in.
    pub fn admin(name: impl Into<EcoString>) -> Self {
        Self { name: name.into(), groups: eco_vec![MASTERS.into(), AUTHENTICATED.into()], ..Self::default() }
    }

    /// Somebody who shows nothing.
    pub fn anonymous() -> Self {
        Self { name: ANONYMOUS.into(), groups: eco_vec![UNAUTHENTICATED.into()], ..Self::default() }
    }

    /// A service account.
    pub fn account(namespace: &str, name: &str) -> Self {
        let mut groups = account_groups(namespace);
        groups.push(AUTHENTICATED.into());
        Self { name: eco_format!("{ACCOUNT_PREFIX}{namespace}:{name}"), groups, ..Self::default() }
    }

    /// Itself, with what it was known by.
    #[must_use]
    pub fn known_by(mut self, credential: impl Into<EcoString>) -> Self {
        self.extra.push((CREDENTIAL_ID.into(), eco_vec![credential.into()]));
        self
    }

    /// Is it of a group?
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|g| g == group)
    }

    /// Namespace and name of the service account that it is, if it is one.
    pub fn as_account(&self) -> Option<(&str, &str)> {
        account_of(&self.name)
    }
}

/// Namespace and name of the service account of that user name.
pub fn account_of(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(ACCOUNT_PREFIX)?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

/// Groups of a namespace's service accounts.
pub fn account_groups(namespace: &str) -> EcoVec<EcoString> {
    eco_vec![ACCOUNTS.into(), eco_format!("{ACCOUNTS}:{namespace}")]
}

impl From<&str> for User {
    /// A name in no group.
    fn from(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// How journals keep a user: as its name alone, where there is no more.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Name(EcoString),
    Whole {
        name: EcoString,
        #[serde(default, skip_serializing_if = "EcoString::is_empty")]
        uid: EcoString,
        #[serde(default, skip_serializing_if = "EcoVec::is_empty")]
        groups: EcoVec<EcoString>,
        #[serde(default, skip_serializing_if = "EcoVec::is_empty")]
        extra: EcoVec<(EcoString, EcoVec<EcoString>)>,
    },
}

impl From<Written> for User {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Self { name, ..Self::default() },
            Written::Whole { name, uid, groups, extra } => Self { name, uid, groups, extra },
        }
    }
}

impl From<User> for Written {
    fn from(user: User) -> Self {
        let User { name, uid, groups, extra } = user;
        if uid.is_empty() && groups.is_empty() && extra.is_empty() {
            return Written::Name(name);
        }
        Written::Whole { name, uid, groups, extra }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journals_keep_users_old_and_new() {
        for (user, text) in [
            (User::from("learner"), r#""learner""#),
            (User::admin("a"), r#"{"name":"a","groups":["system:masters","system:authenticated"]}"#),
            (
                User::from("a").known_by("JTI=1"),
                r#"{"name":"a","extra":[["authentication.kubernetes.io/credential-id",["JTI=1"]]]}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&user).unwrap(), text);
            assert_eq!(serde_json::from_str::<User>(text).unwrap(), user);
        }
    }

    #[test]
    fn accounts_are_known_by_their_names() {
        let account = User::account("shop", "bot");
        assert_eq!(account.as_account(), Some(("shop", "bot")));
        assert_eq!(
            account.groups.as_slice(),
            ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
        );
        for name in
            ["jane", "system:serviceaccount:shop", "system:serviceaccount::x", "system:serviceaccount:a:b:c"]
        {
            assert_eq!(User::from(name).as_account(), None, "{name}");
        }
    }
}
