//! Bad input, in both languages, with and without script: a clear answer, and nothing is lost by it.

use app::fault::Fault;
use wire::{learner::Lang, problem::Problem};

use super::support::{Folder, Learner, Server};

const YAML_HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n";

/// Fields of a form.
type Form<'a> = Vec<(&'a str, &'a str)>;

struct Stage {
    _home: Folder,
    server: Server,
    ko: Learner,
    en: Learner,
}

impl Stage {
    fn open() -> Self {
        let home = Folder::new();
        let server = Server::start(&home.0.join("data"));
        let (ko, en) = (Learner::arrive(&server, Lang::Ko), Learner::arrive(&server, Lang::En));
        Self { _home: home, server, ko, en }
    }

    fn learners(&self) -> [&Learner; 2] {
        [&self.ko, &self.en]
    }
}

/// What the cluster or the console answers: printed, with an exit code, and remembered by the console.
#[test]
fn wrong_lines_and_texts_are_answered_in_the_console() {
    let stage = Stage::open();
    for learner in stage.learners() {
        let before = learner.objects(&stage.server);
        let hint = match learner.lang {
            Lang::Ko => "이 콘솔은 `kubectl`과 `lab`을 알아요.",
            Lang::En => "This console knows `kubectl` and `lab`.",
        };
        let usage = match learner.lang {
            Lang::Ko => "쓰는 법:",
            Lang::En => "Usage:",
        };
        for (what, function, text, code, words) in [
            (
                "broken YAML",
                "apply",
                "kind: [broken",
                1,
                "error: error parsing STDIN: error converting YAML to JSON: yaml: line 1",
            ),
            ("no YAML", "apply", "", 1, "error: no objects passed to apply"),
            (
                "an unknown kind",
                "apply",
                "apiVersion: v9\nkind: Nothing\nmetadata: {name: x}",
                1,
                "no matches for kind \"Nothing\" in version \"v9\"",
            ),
            ("a kind of another type", "apply", "- 1\n- 2", 1, "error"),
            (
                "unknown fields",
                "apply",
                &format!("{YAML_HEAD}dataa: {{a: b}}"),
                1,
                ".dataa: field not declared in schema",
            ),
            ("an unknown command", "console", "frobnicate --now", 127, hint),
            (
                "an unknown verb",
                "console",
                "kubectl frobnicate",
                1,
                "error: unknown command \"frobnicate\" for \"kubectl\"",
            ),
            (
                "an unknown type",
                "console",
                "kubectl get frobs",
                1,
                "the server doesn't have a resource type \"frobs\"",
            ),
            ("an unknown handle", "console", "lab frobnicate", 1, usage),
            ("an open quote", "console", "kubectl get 'pods", 2, "error: "),
            (
                "a machine that is not there",
                "console",
                "lab unplug nowhere",
                1,
                "machines.sim.pilothouse.dev \"nowhere\" not found",
            ),
        ] {
            let field = if function == "apply" { "yaml" } else { "line" };
            let answer = learner.call(&stage.server, function, &[(field, text)]);
            assert_eq!(answer.status, 200, "{what}: {}", answer.body);
            let entry = answer.json();
            let output: wire::console::Output = serde_json::from_value(entry["output"].clone()).unwrap();
            let said = output.of(true);
            assert_eq!(entry["exit_code"], code, "{what}: {said}");
            assert!(said.contains(words), "{what} ({}): {said:?} does not say {words:?}", learner.lang);
        }
        let page = learner.get(&stage.server, &format!("{}&tab=console", learner.page())).body;
        assert!(page.contains("frobnicate --now") && page.contains("kind: [broken"), "the console remembers");
        assert_eq!(learner.objects(&stage.server), before, "nothing was changed");
    }
}

/// What the house itself refuses: a fault for the script; for a browser without one its page again, with the sentence.
#[test]
fn what_is_refused_is_said_on_the_page() {
    let stage = Stage::open();
    let (mid, huge) = ("a".repeat(300_000), "a".repeat(3_300_000));
    let of = |problem: Problem| Fault::Problem(problem);
    for (learner, other) in [(&stage.ko, &stage.en), (&stage.en, &stage.ko)] {
        let before = learner.objects(&stage.server);
        let stolen = ("sandbox", other.sandbox.as_str());
        let lost = Learner { lang: learner.lang, cookie: String::new(), sandbox: learner.sandbox.clone() };
        let forged = Learner {
            cookie: format!("pilothouse={}", "A".repeat(43)),
            sandbox: learner.sandbox.clone(),
            ..lost_of(&lost)
        };
        let cases: Vec<(&Learner, &str, Form, u16, Fault)> = vec![
            (learner, "apply", vec![("yaml", &huge)], 413, of(Problem::TooLarge { bytes_max: 1 << 20 })),
            (learner, "apply", vec![("yaml", &mid)], 413, of(Problem::TooLarge { bytes_max: 256 << 10 })),
            (learner, "console", vec![("line", &mid)], 413, of(Problem::TooLarge { bytes_max: 256 << 10 })),
            (learner, "console", vec![("line", "kubectl get pods"), stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "apply", vec![("yaml", YAML_HEAD), stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "act", vec![("act", "unplug"), stolen], 404, of(Problem::NoSuchSandbox)),
            (
                learner,
                "handle",
                vec![("verb", "unplug"), ("target", "node-c"), stolen],
                404,
                of(Problem::NoSuchSandbox),
            ),
            (learner, "predict", vec![("choice", "anew"), stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "time", vec![("control", "step"), stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "hint", vec![stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "reset", vec![stolen], 404, of(Problem::NoSuchSandbox)),
            (learner, "console", vec![("line", "lab"), ("sandbox", "")], 404, of(Problem::NoSuchSandbox)),
            (
                learner,
                "console",
                vec![("line", "lab"), ("sandbox", "' OR 1=1 --")],
                404,
                of(Problem::NoSuchSandbox),
            ),
            (learner, "act", vec![("act", "explode")], 400, of(Problem::NoSuchAct { id: "explode".into() })),
            (
                learner,
                "predict",
                vec![("choice", "who knows")],
                400,
                of(Problem::BadPrediction { choice: "who knows".into() }),
            ),
            (learner, "predict", vec![], 400, of(Problem::BadPrediction { choice: String::new() })),
            (learner, "handle", vec![("verb", "explode"), ("target", "node-c")], 400, Fault::BadRequest),
            (
                learner,
                "handle",
                vec![("verb", "traffic"), ("target", "web"), ("rate_rps", "many")],
                400,
                Fault::BadRequest,
            ),
            (learner, "time", vec![("control", "back")], 400, Fault::BadRequest),
            (learner, "time", vec![("control", "speed"), ("speed", "70000")], 400, Fault::BadRequest),
            (learner, "console", vec![], 400, Fault::BadRequest),
            (learner, "nothing", vec![], 404, Fault::BadRequest),
            (&lost, "console", vec![("line", "lab")], 404, of(Problem::NoLearner)),
            (&forged, "act", vec![("act", "unplug")], 404, of(Problem::NoLearner)),
        ];
        for (who, function, fields, status, fault) in cases {
            let short: Vec<_> = fields.iter().map(|(n, v)| (*n, &v[..v.len().min(40)])).collect();
            let what = format!("{} {function} {short:?}", learner.lang);
            let answer = who.call(&stage.server, function, &fields);
            let said: Fault =
                serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{what}: {e}: {answer:?}"));
            assert_eq!((answer.status, &said), (status, &fault), "{what}");

            let landed = who.form(&stage.server, function, &fields);
            assert!(matches!(landed.status, 302 | 303), "{what}: {landed:?}");
            let to = landed.header("location").unwrap();
            assert!(to.starts_with(&format!("{}&problem=", learner.page())), "{what}: {to}");
            let page = learner.get(&stage.server, to);
            let words = fault.say(learner.lang).replace('"', "&quot;").replace('\'', "&#x27;");
            assert!(
                page.status == 200 && page.body.contains(&words),
                "{what}: the page does not say {words}"
            );
        }
        assert_eq!(learner.objects(&stage.server), before, "nothing was changed");
    }
}

fn lost_of(learner: &Learner) -> Learner {
    Learner { lang: learner.lang, cookie: learner.cookie.clone(), sandbox: learner.sandbox.clone() }
}

/// A past moment that is none is the nearest that is one; a problem that is none is not shown.
#[test]
fn odd_addresses_open_the_page() {
    let stage = Stage::open();
    for learner in stage.learners() {
        let server = &stage.server;
        for query in [
            "at=abc",
            "at=-5",
            "at=",
            "at=1.5",
            "at=99999999999999999999999",
            "at=9223372036854775807",
            "at=%00",
            "at=1&at=2",
            "problem=junk",
            "problem=%7B",
            "tab=nowhere",
            "ex=nowhere",
            "object=%FF",
        ] {
            let page = learner.get(server, &format!("{}&{query}", learner.page()));
            assert_eq!(page.status, 200, "{query}");
            assert!(
                page.body.contains("name=\"sandbox\"") && !page.body.contains("class=\"notice\""),
                "{query}"
            );
        }
        for (at_ms, status) in [
            ("abc", 400),
            ("", 400),
            ("1e3", 400),
            ("-5", 200),
            ("9223372036854775807", 200),
            ("-9223372036854775808", 200),
        ] {
            assert_eq!(learner.call(server, "stage", &[("at_ms", at_ms)]).status, status, "{at_ms}");
        }
        let missing = learner.get(server, &format!("/{}/lessons/99-nowhere", learner.lang));
        let words = Fault::Problem(Problem::NoSuchLesson { slug: "99-nowhere".into() }).say(learner.lang);
        assert!(missing.status == 404 && missing.body.contains(&words), "{words}");
    }
}

/// Kubernetes' own Status for clients of the API, whatever they bring.
#[test]
fn clients_of_the_api_are_refused_in_kubernetes_words() {
    let stage = Stage::open();
    let (door, foreign) = (stage.en.door(&stage.server), stage.ko.door(&stage.server));
    let pods = "/api/v1/namespaces/default/pods";
    let maps = "/api/v1/namespaces/default/configmaps";
    let good = format!("Bearer {}", door.token);
    let huge = format!(r#"{{"metadata":{{"name":"big"}},"data":{{"a":"{}"}}}}"#, "a".repeat(3 << 20));
    for (what, method, path, authorization, body, code, reason) in [
        ("no token", "GET", pods, "", "", 401, "Unauthorized"),
        (
            "another sandbox's token",
            "GET",
            pods,
            &format!("Bearer {}", foreign.token),
            "",
            401,
            "Unauthorized",
        ),
        ("a cut token", "GET", pods, &good[..20], "", 401, "Unauthorized"),
        ("an empty token", "GET", pods, "Bearer ", "", 401, "Unauthorized"),
        ("another scheme", "GET", pods, "Basic bGVhcm5lcjpsZWFybmVy", "", 401, "Unauthorized"),
        ("a token that is no text", "GET", pods, "Bearer \u{1f6a2}", "", 401, "Unauthorized"),
        ("a writer without a token", "DELETE", pods, "", "", 401, "Unauthorized"),
        ("a huge body", "POST", maps, &good, &huge, 413, "RequestEntityTooLarge"),
        ("a broken body", "POST", maps, &good, "{\"metadata\":", 400, "BadRequest"),
        ("an unknown kind", "POST", "/apis/nowhere/v1/things", &good, "{}", 404, ""),
        ("a wrong method", "PUT", maps, &good, "{}", 405, "MethodNotAllowed"),
    ] {
        let answer = door.ask(method, path, authorization, body);
        assert_eq!(answer.status, code, "{what}: {}", answer.body);
        if reason.is_empty() {
            continue;
        }
        let status = answer.json();
        assert_eq!(
            (&status["kind"], &status["reason"], &status["code"]),
            (&"Status".into(), &reason.into(), &code.into()),
            "{what}"
        );
    }
    let own = door.ask("GET", pods, &good, "").json();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(6), "and its own learner is served");
}
