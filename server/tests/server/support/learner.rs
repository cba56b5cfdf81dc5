//! Somebody with a cookie and a sandbox, who reads the lesson in one language.

use std::{io::Write, net::TcpStream};

use app::fault::Fault;
use serde_json::Value;
use wire::{console::ConsoleEntry, learner::Lang};

use super::{
    Answer, Door, Server,
    http::{try_ask, try_connect},
};

/// The lesson that the tests play in.
const LESSON: &str = "lessons/21-why-kubernetes";
/// The experiment on the stage.
const EXPERIMENT: &str = "self-healing";

/// A learner. What they send names the server anew, which may have been restarted in between.
pub struct Learner {
    pub lang: Lang,
    pub cookie: String,
    pub sandbox: String,
}

fn address(lang: Lang) -> String {
    format!("/{lang}/{LESSON}?ex={EXPERIMENT}")
}

impl Learner {
    /// Opens the lesson for the first time.
    pub fn arrive(server: &Server, lang: Lang) -> Self {
        let page = server.ask("GET", &address(lang), &[("Accept", "text/html")], "");
        assert_eq!(page.status, 200, "{}\n{}", page.head, page.body);
        let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let sandbox = page
            .body
            .split("name=\"sandbox\"")
            .nth(1)
            .and_then(|rest| rest.split("value=\"").nth(1)?.split('"').next())
            .expect("no form of the lesson names a sandbox")
            .to_owned();
        Self { lang, cookie, sandbox }
    }

    /// The address of their page.
    pub fn page(&self) -> String {
        address(self.lang)
    }

    /// Opens a page.
    pub fn get(&self, server: &Server, path: &str) -> Answer {
        server.ask("GET", path, &[("Accept", "text/html"), ("Cookie", &self.cookie)], "")
    }

    /// Calls a server function, as the page's script does. `sandbox` and `back` are added where they are not there.
    pub fn call(&self, server: &Server, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(server, function, "application/json", fields)
    }

    /// Sends a form, as a browser without script does.
    pub fn form(&self, server: &Server, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(server, function, "text/html,application/xhtml+xml", fields)
    }

    /// As [`Learner::call`], to a server at an address that may die meanwhile.
    pub fn try_call(&self, address: &str, function: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        self.try_post(address, function, "application/json", fields)
    }

    fn post(&self, server: &Server, function: &str, accept: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.try_post(&server.address, function, accept, fields);
        answer.unwrap_or_else(|| panic!("{function}: no answer"))
    }

    fn try_post(
        &self,
        address: &str,
        function: &str,
        accept: &str,
        fields: &[(&str, &str)],
    ) -> Option<Answer> {
        let page = self.page();
        let mut all = fields.to_vec();
        for (name, value) in [("sandbox", self.sandbox.as_str()), ("back", &page), ("lang", self.lang.tag())]
        {
            if !fields.iter().any(|(n, _)| *n == name) {
                all.push((name, value));
            }
        }
        let referer = format!("http://{address}{page}");
        let headers = [
            ("Accept", accept),
            ("Cookie", &self.cookie),
            ("Referer", &referer),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let path = format!("/api/{function}");
        try_ask(try_connect(address).ok()?, address, ("POST", &path), &headers, &encoded(&all))
    }

    /// A stream of the stage's frames, as an open page holds it.
    pub fn open_frames(&self, address: &str) -> TcpStream {
        let mut stream = try_connect(address).unwrap();
        let (sandbox, cookie) = (&self.sandbox, &self.cookie);
        let head = format!(
            "GET /sandboxes/{sandbox}/frames HTTP/1.0\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Types a line into the console.
    pub fn console(&self, server: &Server, line: &str) -> Result<ConsoleEntry, Fault> {
        entry_of(&self.call(server, "console", &[("line", line)]))
    }

    /// Applies a text of the YAML tab.
    pub fn apply(&self, server: &Server, yaml: &str) -> Result<ConsoleEntry, Fault> {
        entry_of(&self.call(server, "apply", &[("yaml", yaml)]))
    }

    /// What the Objects tab lists, each with its manifest.
    pub fn objects(&self, server: &Server) -> Value {
        let answer = self.call(server, "objects", &[]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let manifest = |object: &Value| {
            let part = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            let id = ["kind", "namespace", "name"].map(part).join("/");
            let answer = self.call(server, "manifest", &[("id", &id)]);
            assert_eq!(answer.status, 200, "{id}: {}", answer.body);
            answer.json()
        };
        answer.json().as_array().expect("a list").iter().map(manifest).collect()
    }

    /// The way to the API for clients of their own.
    pub fn door(&self, server: &Server) -> Door {
        Door::read(&self.kubeconfig(server))
    }

    pub fn kubeconfig(&self, server: &Server) -> String {
        let answer = self.get(server, &format!("/sandboxes/{}/kubeconfig", self.sandbox));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

fn entry_of(answer: &Answer) -> Result<ConsoleEntry, Fault> {
    match answer.status {
        200 => Ok(serde_json::from_str(&answer.body).unwrap()),
        _ => Err(serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{e}: {answer:?}"))),
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}
