//! The API from outside: tokens, scopes, pages, tags, problems.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use wire::people::{ClassRole, Role};

use crate::{
    secret,
    storage::ClassRow,
    web::tests::{Site, body, text},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

struct School {
    site: Site,
    class: String,
    /// Tokens of a grader: read only, and judging; of a learner; of an instructor elsewhere.
    read: String,
    judge: String,
    learner: String,
    other: String,
    sandbox: String,
}

async fn token(site: &Site, learner: &str, scopes: &str) -> String {
    let token = secret::token();
    site.storage.create_token(learner, &secret::hash(&token), "t", scopes, DAY_MS).await.unwrap();
    format!("ph_{token}")
}

impl School {
    async fn open() -> Self {
        let site = Site::open().await;
        let db = &site.storage;
        let account = async |name: &str, role| db.create_account(name, role).await.unwrap().unwrap();
        let (teacher, grader) =
            (account("teacher", Role::Instructor).await, account("grader", Role::Grader).await);
        let (learner, other) =
            (account("learner", Role::Learner).await, account("other", Role::Instructor).await);
        let class = secret::id();
        let row = ClassRow {
            id: class.clone(),
            name: "c".into(),
            code: "AAAAAA".into(),
            starts_ms: 0,
            ends_ms: DAY_MS,
        };
        assert!(db.create_class(&row, &teacher).await.unwrap());
        db.set_member(&class, &grader, ClassRole::Grader).await.unwrap();
        db.set_member(&class, &learner, ClassRole::Learner).await.unwrap();
        db.assign(&class, "21-why-kubernetes", Some(DAY_MS)).await.unwrap();
        let sandbox = crate::office::tests::sandbox(&learner);
        db.create_sandbox(&sandbox).await.unwrap();
        Self {
            read: token(&site, &grader, "read").await,
            judge: token(&site, &grader, "read judge").await,
            learner: token(&site, &learner, "read judge").await,
            other: token(&site, &other, "read judge").await,
            class,
            sandbox: sandbox.id,
            site,
        }
    }

    async fn ask(&self, path: &str, token: &str) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let answer = self.site.get(&format!("/api/v1{path}"), &[("authorization", &bearer)]).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&body(answer).await).unwrap_or_default())
    }

    async fn judged(&self, token: &str, sent: Value) -> (u16, Value) {
        let request = Request::post(format!("/api/v1/attempts/{}.1/judgements", self.sandbox))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let answer = self.site.send(request.body(Body::from(sent.to_string())).unwrap()).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&body(answer).await).unwrap())
    }
}

#[tokio::test]
async fn a_token_sees_what_its_owner_sees() {
    let school = School::open().await;
    let (class, attempt) = (&school.class, format!("{}.1", school.sandbox));
    for (path, grader, learner, other) in [
        ("/lessons".to_owned(), 200, 200, 200),
        ("/lessons/21-why-kubernetes".to_owned(), 200, 200, 200),
        ("/lessons/none".to_owned(), 404, 404, 404),
        ("/classes".to_owned(), 200, 200, 200),
        (format!("/classes/{class}"), 200, 200, 404),
        (format!("/classes/{class}/members"), 200, 404, 404),
        (format!("/classes/{class}/attempts"), 200, 404, 404),
        (format!("/attempts/{attempt}/checks"), 200, 200, 404),
        (format!("/attempts/{attempt}/journal"), 200, 200, 404),
        (format!("/attempts/{attempt}/judgements"), 200, 200, 404),
        (format!("/attempts/{}.9/checks", school.sandbox), 404, 404, 404),
        ("/attempts/junk/checks".to_owned(), 404, 404, 404),
        ("/nothing".to_owned(), 404, 404, 404),
    ] {
        for (token, expect) in [(&school.read, grader), (&school.learner, learner), (&school.other, other)] {
            let (status, told) = school.ask(&path, token).await;
            assert_eq!(status, expect, "{path}: {told}");
            assert!(status == 200 || (told["status"] == status && told["detail"] != ""), "{path}: {told}");
        }
        let (status, told) = school.ask(&path, "ph_none").await;
        assert!(matches!(status, 401 | 404) && told["title"] != Value::Null, "{path}: {told}");
    }
}

#[tokio::test]
async fn pages_tags_and_problems() {
    let school = School::open().await;
    for n in 0..5 {
        let id = school.site.storage.create_account(&format!("m{n}"), Role::Learner).await.unwrap().unwrap();
        school.site.storage.set_member(&school.class, &id, ClassRole::Learner).await.unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..10 {
        let path = format!("/classes/{}/members?limit=3{cursor}", school.class);
        let (_, page) = school.ask(&path, &school.read).await;
        let names = page["items"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap().to_owned());
        seen.extend(names);
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, ["grader", "learner", "m0", "m1", "m2", "m3", "m4", "teacher"]);
    for query in ["limit=0", "limit=201", "limit=x", "cursor=junk", "what=1"] {
        let (status, told) = school.ask(&format!("/classes?{query}"), &school.read).await;
        assert_eq!((status, told["status"].as_u64()), (400, Some(400)), "{query}: {told}");
    }
    let bearer = format!("Bearer {}", school.read);
    let first = school.site.get("/api/v1/classes", &[("authorization", &bearer)]).await;
    let tag = text(first.headers(), header::ETAG);
    let again = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
    assert_eq!(school.site.get("/api/v1/classes", &again).await.status(), 304);
    let refused = school.site.get("/api/v1/classes", &[]).await;
    assert_eq!(text(refused.headers(), header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(text(refused.headers(), header::WWW_AUTHENTICATE), "Bearer");
}

#[tokio::test]
async fn judging_needs_the_scope_and_the_right() {
    let school = School::open().await;
    let accept = json!({"decision": "accept", "comment": "well done"});
    assert_eq!(school.judged(&school.read, accept.clone()).await.0, 403);
    assert_eq!(school.judged(&school.learner, accept.clone()).await.0, 403);
    assert_eq!(school.judged(&school.other, accept.clone()).await.0, 404);
    for (sent, status) in [
        (json!({"decision": "maybe"}), 422),
        (json!({"decision": "comment"}), 422),
        (json!({"decision": "undo"}), 422),
        (json!({"decision": "accept", "undoes": "0".repeat(32)}), 422),
        (json!({"decision": "undo", "undoes": "0".repeat(32)}), 422),
        (json!({"decision": "accept", "comment": "x".repeat(2001)}), 422),
    ] {
        let (got, told) = school.judged(&school.judge, sent.clone()).await;
        assert_eq!((got, told["status"].as_u64()), (status, Some(u64::from(status))), "{sent}");
    }
    let (status, made) = school.judged(&school.judge, accept).await;
    assert_eq!((status, made["judge"].as_str()), (201, Some("grader")));
    let undo = json!({"decision": "undo", "undoes": made["id"]});
    assert_eq!(school.judged(&school.judge, undo).await.0, 201);
    let (_, log) = school.ask(&format!("/attempts/{}.1/judgements", school.sandbox), &school.learner).await;
    let decisions: Vec<_> =
        log["items"].as_array().unwrap().iter().map(|j| j["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["accept", "undo"]);
}

#[test]
fn the_document_names_every_form_it_speaks_of() {
    let document = serde_json::to_value(super::document()).unwrap();
    let text = document.to_string();
    let forms = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(forms.contains_key(name), "{name}");
    }
    assert_eq!(document["paths"].as_object().unwrap().len(), 9, "{:?}", document["paths"]);
}
