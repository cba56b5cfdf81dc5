//! Each route as each role, on a real database; and the way of a name, a class and a judgement.

use axum::http::{Method, header};
use wire::people::{ClassRole, Role};

use super::routes::TABLE;
use crate::{
    secret,
    storage::{ClassRow, SandboxRow},
    web::tests::{Site, body, text},
};

const LESSON: &str = "21-why-kubernetes";
const ROLES: usize = 8;

/// What each of a stranger, a nameless learner, an account, a learner, a grader and an instructor of the class, an instructor of
/// another one and an admin gets: `+` the route, `s` the way to sign in, `-` nothing, as if it were not there.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("GET", "/account", "++++++++"),
    ("POST", "/account/keep", "++++++++"),
    ("POST", "/account/sign-out", "-+++++++"),
    ("POST", "/account/password", "ss++++++"),
    ("POST", "/account/sessions", "ss++++++"),
    ("GET", "/account/download", "-+++++++"),
    ("POST", "/account/delete", "-+++++++"),
    ("POST", "/account/tokens", "ss++++++"),
    ("POST", "/account/tokens/end", "ss++++++"),
    ("GET", "/api", "++++++++"),
    ("GET", "/sign-in", "++++++++"),
    ("POST", "/sign-in", "++++++++"),
    ("GET", "/key", "++++++++"),
    ("POST", "/key", "++++++++"),
    ("GET", "/people", "ss-----+"),
    ("POST", "/people/role", "ss-----+"),
    ("GET", "/classes", "++++++++"),
    ("POST", "/classes", "ss---+++"),
    ("POST", "/join", "ss++++++"),
    ("GET", "/classes/{class}", "ss-+++-+"),
    ("POST", "/classes/{class}/leave", "ss-+++-+"),
    ("POST", "/classes/{class}/settings", "ss---+-+"),
    ("POST", "/classes/{class}/code", "ss---+-+"),
    ("POST", "/classes/{class}/assign", "ss---+-+"),
    ("POST", "/classes/{class}/unassign", "ss---+-+"),
    ("POST", "/classes/{class}/staff", "ss---+-+"),
    ("POST", "/classes/{class}/remove", "ss---+-+"),
    ("GET", "/classes/{class}/lessons/{lesson}", "ss--++-+"),
    ("GET", "/classes/{class}/lessons/{lesson}/insight", "ss---+-+"),
    ("GET", "/classes/{class}/lessons/{lesson}/insight.json", "ss---+-+"),
    ("GET", "/classes/{class}/lessons/{lesson}/live", "ss--++-+"),
    ("GET", "/attempts/{sandbox}/{run}", "ss--++-+"),
    ("POST", "/attempts/{sandbox}/{run}/judge", "ss--++-+"),
    ("POST", "/attempts/{sandbox}/{run}/copy", "ss--++-+"),
];

struct School {
    site: Site,
    /// Ids of those of [`EXPECTED`] who are known.
    people: [Option<String>; ROLES],
    class: String,
    sandbox: String,
}

pub(crate) fn sandbox(learner: &str) -> SandboxRow {
    SandboxRow {
        id: secret::id(),
        learner_id: learner.into(),
        lesson: LESSON.into(),
        lesson_version: String::new(),
        experiment: "self-healing".into(),
        run: 1,
        seed: 1,
        epoch_unix_ms: 1_767_225_600_000,
        world: String::new(),
        world_hash: String::new(),
        start_ms: 0,
        clock_ms: 0,
        speed: 1,
        paused: true,
        token: secret::token(),
        owner: String::new(),
        fencing_epoch: 0,
        created_ms: 1,
        touched_ms: 1,
    }
}

impl School {
    async fn open() -> Self {
        let site = Site::open().await;
        let db = &site.storage;
        let nameless = db.create_learner(&secret::hash(&secret::token())).await.unwrap();
        let mut people = [const { None }; ROLES];
        people[1] = Some(nameless);
        let roles =
            [Role::Learner, Role::Learner, Role::Grader, Role::Instructor, Role::Instructor, Role::Admin];
        for (n, role) in roles.into_iter().enumerate() {
            people[n + 2] = db.create_account(&format!("person {n}"), role).await.unwrap();
        }
        let id = |n: usize| people[n].clone().unwrap();
        let class = |name: &str, code: &str| ClassRow {
            id: secret::id(),
            name: name.into(),
            code: code.into(),
            starts_ms: 0,
            ends_ms: i64::MAX,
        };
        let (ours, other) = (class("Friday", "AAAAAA"), class("Other", "BBBBBB"));
        assert!(db.create_class(&ours, &id(5)).await.unwrap());
        assert!(db.create_class(&other, &id(6)).await.unwrap());
        db.set_member(&ours.id, &id(3), ClassRole::Learner).await.unwrap();
        db.set_member(&ours.id, &id(4), ClassRole::Grader).await.unwrap();
        db.assign(&ours.id, LESSON, None).await.unwrap();
        let row = sandbox(&id(3));
        db.create_sandbox(&row).await.unwrap();
        Self { class: ours.id, sandbox: row.id, people, site }
    }

    /// The cookie of a new session of one of them.
    async fn cookie(&self, n: usize) -> String {
        let Some(id) = &self.people[n] else { return String::new() };
        let token = secret::token();
        self.site.storage.begin_session(id, &secret::hash(&token), "test").await.unwrap();
        self.site.cookie(&token)
    }

    /// As what somebody is answered: a letter of [`EXPECTED`].
    async fn ask(&self, method: &Method, path: &str, n: usize) -> char {
        let path = path.replace("{class}", &self.class).replace("{sandbox}", &self.sandbox);
        let path = path.replace("{run}", "1").replace("{lesson}", LESSON);
        let cookie = self.cookie(n).await;
        let headers = [
            ("cookie", cookie.as_str()),
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = match *method {
            Method::GET => self.site.get(&path, &headers).await,
            _ => self.site.post(&path, "", &headers).await,
        };
        let to = text(answer.headers(), header::LOCATION);
        match answer.status().as_u16() {
            303 if to.contains("/sign-in") => 's',
            401 => 's',
            404 => '-',
            200 | 303 | 409 | 422 => '+',
            status => panic!("{method} {path} as {n}: {status}"),
        }
    }
}

#[tokio::test]
async fn each_route_lets_in_whom_it_should_and_nobody_else() {
    let school = School::open().await;
    let known: Vec<(&str, &str)> = EXPECTED.iter().map(|(method, path, _)| (*method, *path)).collect();
    let all: Vec<(&str, &str)> = TABLE.iter().map(|route| (route.method.as_str(), route.path)).collect();
    assert_eq!(known, all, "every route has its line");
    for (route, (_, _, expected)) in TABLE.iter().zip(EXPECTED) {
        for path in route.paths() {
            let mut got = String::new();
            for n in 0..ROLES {
                got.push(school.ask(&route.method, &path, n).await);
                // what a request may have ended begins anew
                for (n, role) in [(3, ClassRole::Learner), (4, ClassRole::Grader), (5, ClassRole::Instructor)]
                {
                    let id = school.people[n].as_ref().unwrap();
                    school.site.storage.set_member(&school.class, id, role).await.unwrap();
                }
            }
            assert_eq!(got, *expected, "{} {path}", route.method);
        }
    }
}

#[tokio::test]
async fn work_is_kept_by_name_and_taken_up_elsewhere() {
    let site = Site::open().await;
    let cookie = site.learner().await;
    let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let keep = |password: &str| format!("name=%EC%84%9C%EC%9C%A0%EB%82%98&password={password}");
    for (sent, status, words) in [
        (keep("short"), 422, "10 characters"),
        (keep("password123"), 422, "others would try"),
        ("name=%3Cb%3E&password=a+morning+at+the+harbour".to_owned(), 422, "A name has"),
    ] {
        let answer = site.post("/en/account/keep", &sent, &form).await;
        assert_eq!(answer.status(), status, "{sent}");
        let said = body(answer).await;
        assert!(said.contains(words), "{sent}: {said}");
    }
    let kept = site.post("/en/account/keep", &keep("a+morning+at+the+harbour"), &form).await;
    assert_eq!(kept.status(), 303);
    let new = text(kept.headers(), header::SET_COOKIE);
    let new = new.split(';').next().unwrap().to_owned();
    let page = body(site.get("/en/account", &[("cookie", &new)]).await).await;
    assert!(page.contains("서유나") && page.contains("this browser"), "{page}");
    let page = body(site.get("/en/account", &[("cookie", &cookie)]).await).await;
    assert!(page.contains("Keep my work"), "the token from before the account opens nothing any more");

    let elsewhere = [("content-type", "application/x-www-form-urlencoded")];
    let enter =
        |password: &str| format!("name=%EC%84%9C%EC%9C%A0%EB%82%98&password={password}&to=%2Fen%2Fclasses");
    let wrong = site.post("/en/sign-in", &enter("a+morning+in+the+harbour"), &elsewhere).await;
    assert_eq!(wrong.status(), 401);
    assert!(body(wrong).await.contains("do not go together"));
    let right = site.post("/en/sign-in", &enter("a+morning+at+the+harbour"), &elsewhere).await;
    assert_eq!(
        (right.status().as_u16(), text(right.headers(), header::LOCATION).as_str()),
        (303, "/en/classes")
    );
    for _ in 0..10 {
        site.post("/en/sign-in", &enter("wrong"), &elsewhere).await;
    }
    let often = site.post("/en/sign-in", &enter("a+morning+at+the+harbour"), &elsewhere).await;
    assert_eq!(often.status(), 429);
}

#[tokio::test]
async fn a_cookie_that_was_not_signed_here_names_nobody() {
    let site = Site::open().await;
    let token = secret::token();
    site.storage.create_learner(&secret::hash(&token)).await.unwrap();
    let signed = site.cookie(&token);
    assert_eq!(site.get("/sandboxes/sb/kubeconfig", &[("cookie", &signed)]).await.status(), 200);
    let forged = format!("pilothouse={token}");
    assert_eq!(site.get("/sandboxes/sb/kubeconfig", &[("cookie", &forged)]).await.status(), 404);
}
