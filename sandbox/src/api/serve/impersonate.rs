//! Acting as somebody else. Models `WithImpersonation` of apiserver's filters.

use ecow::{EcoString, EcoVec, eco_vec};

use super::authorize::forbidden;
use crate::{
    api::{
        Api,
        access::{self, Ask, What},
    },
    status::Status,
    user::{ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, User, account_groups, account_of},
};

/// Group of the kinds that stand for a user's uid and extra.
const AUTHENTICATION: &str = "authentication.k8s.io";

/// The user that `user` wants to act as, if it may.
///
/// # Errors
/// `Forbidden`; `InternalError` for groups, a uid or extra without a name.
pub fn impersonate(api: &Api, user: &User, wanted: &User) -> Result<User, Status> {
    if wanted.name.is_empty() {
        let asked = wanted.groups.iter().chain(wanted.extra.iter().map(|(key, _)| key)).chain([&wanted.uid]);
        let asked: Vec<&str> = asked.filter(|a| !a.is_empty()).map(EcoString::as_str).collect();
        return Err(Status::internal(&format!(
            "requested [{}] without impersonating a user",
            asked.join(" ")
        )));
    }
    for ask in asks(wanted) {
        if !access::decide(api, user, &ask).allowed {
            return Err(forbidden(&ask, &ask.refusal(&user.name)));
        }
    }
    Ok(effective(wanted))
}

/// Every single right that it takes.
fn asks(wanted: &User) -> Vec<Ask<'_>> {
    let about =
        |group, resource, namespace, name| Ask::about("impersonate", group, resource, namespace, name);
    let mut all = vec![match account_of(&wanted.name) {
        Some((namespace, name)) => about("", "serviceaccounts", namespace, name),
        None => about("", "users", "", &wanted.name),
    }];
    all.extend(wanted.groups.iter().map(|group| about("", "groups", "", group)));
    for (key, values) in &wanted.extra {
        for value in values {
            let mut ask = about(AUTHENTICATION, "userextras", "", value);
            if let What::Resource { sub, .. } = &mut ask.what {
                *sub = key.as_str().into();
            }
            all.push(ask);
        }
    }
    if !wanted.uid.is_empty() {
        all.push(about(AUTHENTICATION, "uids", "", &wanted.uid));
    }
    all
}

/// The groups that come with a name.
fn effective(wanted: &User) -> User {
    let mut user = wanted.clone();
    if user.groups.is_empty()
        && let Some((namespace, _)) = account_of(&wanted.name)
    {
        user.groups = account_groups(namespace);
    }
    let known = user.is_in(AUTHENTICATED) || user.is_in(UNAUTHENTICATED);
    let everybodys = if user.name == ANONYMOUS { UNAUTHENTICATED } else { AUTHENTICATED };
    if !known {
        user.groups.push(everybodys.into());
    }
    user
}

/// Who is wanted, from the names and values of headers; `None` where nobody is.
pub fn wanted<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Option<User> {
    let (mut user, mut any) = (User::default(), false);
    for (name, value) in headers {
        let Some(what) = name.strip_prefix("impersonate-") else { continue };
        any |= !value.is_empty();
        match what {
            "user" => user.name = value.into(),
            "uid" => user.uid = value.into(),
            "group" => user.groups.push(value.into()),
            _ => {
                let Some(key) = what.strip_prefix("extra-") else { continue };
                add_extra(&mut user.extra, &super::query::decode(key, false), value);
            }
        }
    }
    any.then_some(user)
}

fn add_extra(extra: &mut EcoVec<(EcoString, EcoVec<EcoString>)>, key: &str, value: &str) {
    match extra.make_mut().iter_mut().find(|(k, _)| k == key) {
        Some((_, values)) => values.push(value.into()),
        None => {
            extra.push((key.into(), eco_vec![value.into()]));
            extra.make_mut().sort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_whom_to_act_as() {
        for (headers, expect) in [
            (vec![("accept", "x")], None),
            (
                vec![
                    ("impersonate-user", "jane"),
                    ("impersonate-group", "dev"),
                    ("impersonate-group", "ops"),
                ],
                Some(r#"{"name":"jane","groups":["dev","ops","system:authenticated"]}"#),
            ),
            (
                vec![("impersonate-user", "system:serviceaccount:shop:bot"), ("impersonate-uid", "7")],
                Some(
                    r#"{"name":"system:serviceaccount:shop:bot","uid":"7","groups":["system:serviceaccounts","system:serviceaccounts:shop","system:authenticated"]}"#,
                ),
            ),
            (
                vec![("impersonate-user", "system:anonymous")],
                Some(r#"{"name":"system:anonymous","groups":["system:unauthenticated"]}"#),
            ),
            (
                vec![
                    ("impersonate-extra-b%2fc", "2"),
                    ("impersonate-user", "a"),
                    ("impersonate-extra-a", "1"),
                    ("impersonate-extra-a", "3"),
                ],
                Some(
                    r#"{"name":"a","groups":["system:authenticated"],"extra":[["a",["1","3"]],["b/c",["2"]]]}"#,
                ),
            ),
        ] {
            let got =
                wanted(headers.into_iter()).map(|user| serde_json::to_string(&effective(&user)).unwrap());
            assert_eq!(got.as_deref(), expect);
        }
    }

    #[test]
    fn each_part_takes_a_right() {
        let headers = [
            ("impersonate-user", "system:serviceaccount:shop:bot"),
            ("impersonate-group", "dev"),
            ("impersonate-extra-scopes", "view"),
            ("impersonate-uid", "7"),
        ];
        let wanted = wanted(headers.into_iter()).unwrap();
        let words: Vec<String> = asks(&wanted).iter().map(|ask| ask.refusal("u")).collect();
        assert_eq!(
            words,
            [
                r#"User "u" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop""#,
                r#"User "u" cannot impersonate resource "groups" in API group "" at the cluster scope"#,
                r#"User "u" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope"#,
                r#"User "u" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope"#,
            ]
        );
    }
}
