//! How an image behaves: from its Image object, or guessed from its name and command.
//! Models containerd's naming of images, the words of a failed pull, and `EnsureImageExists` where no pull is tried.
//! Omits: registries' logins, layers, digests in names.

use ecow::{EcoString, eco_format};

use crate::{
    api::Api,
    clock::Time,
    json::Json,
    resources,
    rng::fnv64,
    usage::{Appetite, Writes},
};

/// Tags that no registry has, where no Image object says otherwise.
const MISSING_TAGS: [&str; 4] = ["nope", "bad", "missing", "does-not-exist"];
/// Images that everybody knows: a tag of theirs is a version, or of these words.
const KNOWN_IMAGES: [&str; 17] = [
    "alpine",
    "busybox",
    "caddy",
    "debian",
    "golang",
    "httpd",
    "mariadb",
    "memcached",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "ubuntu",
];
const TAG_WORDS: [&str; 24] = [
    "alpine",
    "bookworm",
    "bullseye",
    "current",
    "edge",
    "focal",
    "glibc",
    "jammy",
    "latest",
    "lts",
    "mainline",
    "management",
    "musl",
    "noble",
    "otel",
    "perl",
    "rolling",
    "slim",
    "stable",
    "testing",
    "trixie",
    "uclibc",
    "unstable",
    "builder",
];
/// What a script takes that nobody knows.
const SCRIPT_MS: i64 = 3000;
/// Images that end at once when no command is given.
const SHELL_IMAGES: [&str; 4] = ["busybox", "alpine", "debian", "hello-world"];

/// What a container made from an image does. Times in milliseconds from its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// Pulling it over the network.
    pub pull_ms: i64,
    /// From create to the main process running.
    pub start_ms: i64,
    /// Until its endpoints answer.
    pub ready_ms: i64,
    /// Until it answers no more, though it lives.
    pub hangs_ms: Option<i64>,
    /// Until it ends by itself, and how.
    pub ends: Option<(i64, i64)>,
    /// From SIGTERM to its end.
    pub terminate_ms: i64,
    /// Does SIGTERM do nothing?
    pub ignores_sigterm: bool,
    /// Is it in no registry?
    pub missing: bool,
    /// Bytes, as the event about the pull says.
    pub size_bytes: i64,
    /// What it uses.
    pub appetite: Appetite,
    /// What it writes to the disk.
    pub writes: Option<Writes>,
}

/// The behaviour of a container's image and command (`args` follow it).
pub fn behaviour(api: &Api, image: &str, command: &[EcoString]) -> Behaviour {
    let found = api.list(resources::IMAGE, "").find(|i| i["spec"]["image"] == *image);
    found.map_or_else(|| guessed(image, command), |i| declared(&i["spec"], image))
}

fn declared(spec: &Json, image: &str) -> Behaviour {
    let ms = |field: &str, default: i64| spec[field].int().unwrap_or(default).max(0);
    let crash = spec["crashAfterMillis"].int();
    Behaviour {
        pull_ms: ms("pullMillis", 800),
        start_ms: ms("startMillis", 150),
        ready_ms: ms("readyMillis", 0),
        hangs_ms: spec["hangAfterMillis"].int().map(|after_ms| after_ms.max(0)),
        ends: crash.map(|after_ms| (after_ms.max(0), spec["exitCode"].int().unwrap_or(1))),
        terminate_ms: ms("terminateMillis", 250),
        ignores_sigterm: spec["ignoreSigterm"].bool().unwrap_or(false),
        missing: false,
        size_bytes: said_size(spec).unwrap_or_else(|| guessed_size(image)),
        appetite: Appetite::of(image, spec),
        writes: Writes::of(spec),
    }
}

fn guessed(image: &str, command: &[EcoString]) -> Behaviour {
    let (repository, tag) = split(image);
    let ends = if command.is_empty() {
        let base = repository.rsplit('/').next().unwrap_or("");
        SHELL_IMAGES.contains(&base).then_some((0, 0))
    } else {
        ends_of(&command.iter().map(EcoString::as_str).collect::<Vec<_>>().join(" "))
    };
    Behaviour {
        pull_ms: 800,
        start_ms: 150,
        ready_ms: 0,
        hangs_ms: None,
        ends,
        terminate_ms: 250,
        ignores_sigterm: command
            .first()
            .is_some_and(|c| ["sleep", "sh", "bash", "/bin/sh"].contains(&c.as_str())),
        missing: is_missing(repository, tag),
        size_bytes: guessed_size(image),
        appetite: Appetite::of(image, &Json::Null),
        writes: None,
    }
}

/// Is there no such tag in any registry, as far as can be guessed?
fn is_missing(repository: &str, tag: &str) -> bool {
    let name = repository.strip_prefix("docker.io/").unwrap_or(repository);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let versioned =
        |part: &str| part.trim_start_matches(['v', 'r']).starts_with(|c: char| c.is_ascii_digit());
    let is_usual = |part: &str| {
        versioned(part)
            || TAG_WORDS
                .iter()
                .any(|word| part.strip_prefix(word).is_some_and(|rest| rest.is_empty() || versioned(rest)))
    };
    MISSING_TAGS.contains(&tag) || KNOWN_IMAGES.contains(&name) && !tag.split('-').all(is_usual)
}

/// When and how a command line ends, if it does: adds up its sleeps until `exit N` or `false`.
pub fn ends_of(command: &str) -> Option<(i64, i64)> {
    if ["while ", "infinity", "tail -f", "pause", "serve", "httpd"].iter().any(|w| command.contains(w)) {
        return None;
    }
    let words: Vec<&str> =
        command.split([' ', ';', '&', '\n', '"', '\'']).filter(|w| !w.is_empty()).collect();
    if is_script(&words) {
        return Some((SCRIPT_MS, 0));
    }
    let (mut after_ms, mut known) = (0, false);
    for (i, word) in words.iter().enumerate() {
        let number = words.get(i + 1).and_then(|n| n.trim_end_matches('s').parse::<i64>().ok());
        match (*word, number) {
            ("sleep", Some(s)) => (after_ms, known) = (after_ms + s * 1000, true),
            ("exit", code) => return Some((after_ms, code.unwrap_or(0))),
            ("false", _) => return Some((after_ms, 1)),
            ("true" | "echo" | "printf" | "date" | "cat" | "ls" | "wget" | "curl" | "git", _) => known = true,
            _ => {}
        }
    }
    known.then_some((after_ms, 0))
}

/// An interpreter that got its program in its arguments.
fn is_script(words: &[&str]) -> bool {
    let program = words.first().map_or("", |w| w.rsplit('/').next().unwrap_or(w));
    let given = |w: &&str| w.starts_with('-') && w.ends_with(['c', 'e', 'r']);
    ["perl", "python", "python3", "ruby", "node", "php"].contains(&program)
        && words.iter().skip(1).take(2).any(given)
        && !words.iter().any(|w| w.contains("sleep"))
}

/// Repository and tag, `latest` where none is given.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (image, "latest"),
    }
}

/// `docker.io/library/nginx:latest` for `nginx`.
pub fn canonical(image: &str) -> EcoString {
    let (repository, tag) = split(image);
    eco_format!("{}:{tag}", full(repository))
}

fn full(repository: &str) -> EcoString {
    match repository.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) => repository.into(),
        Some(_) => eco_format!("docker.io/{repository}"),
        None => eco_format!("docker.io/library/{repository}"),
    }
}

/// The digest form, `docker.io/library/nginx@sha256:…`.
pub fn image_id(image: &str) -> EcoString {
    named_digest(&canonical(image))
}

/// The same, of a canonical name.
pub fn named_digest(canonical: &str) -> EcoString {
    eco_format!("{}@sha256:{}", split(canonical).0, hex64(canonical))
}

/// The runtime's answer to a pull of an image that is nowhere.
pub fn pull_error(image: &str) -> String {
    let name = canonical(image);
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{name}\": failed to resolve reference \"{name}\": {name}: not found"
    )
}

/// Why a container's image is not even looked for.
#[derive(Debug, PartialEq)]
pub struct Trouble {
    /// Reason of the event that tells why.
    pub event: &'static str,
    /// Reason of the waiting state.
    pub reason: &'static str,
    /// Message of both.
    pub why: String,
}

/// What keeps an image from being pulled, whatever registries say.
pub fn trouble(image: &str, policy: &str, here: bool) -> Option<Trouble> {
    if let Some(error) = misnamed(image) {
        let why = format!(
            "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: {error}"
        );
        return Some(Trouble { event: "InspectFailed", reason: "InvalidImageName", why });
    }
    let why = format!("Container image {image:?} is not present with pull policy of Never");
    let never = "ErrImageNeverPull";
    (policy == "Never" && !here).then_some(Trouble { event: never, reason: never, why })
}

/// What is wrong with an image's name. Models `ParseNormalizedNamed`.
fn misnamed(image: &str) -> Option<String> {
    if image.contains('@') {
        return None;
    }
    let full = full(image);
    let (_, rest) = full.split_once('/').unwrap_or(("", &full));
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));
    if path.chars().any(|c| c.is_ascii_uppercase()) {
        return Some(format!("invalid reference format: repository name ({path}) must be lowercase"));
    }
    let is_word = |word: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        edge(word.chars().next()) && edge(word.chars().last()) && word.chars().all(inner)
    };
    let is_tag = |tag: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        (1..=128).contains(&tag.len()) && !tag.starts_with(['.', '-']) && tag.chars().all(inner)
    };
    let well = path.split('/').all(is_word) && tag.is_none_or(is_tag);
    (!well).then(|| "invalid reference format".into())
}

/// Does the policy ask for a pull although the image is there?
pub fn pulls_always(image: &str, policy: &str) -> bool {
    policy == "Always" || policy.is_empty() && split(image).1 == "latest"
}

fn said_size(spec: &Json) -> Option<i64> {
    let mebibytes = spec["sizeMi"].float().filter(|n| n.is_finite() && *n >= 0.0)?;
    Some((mebibytes * 1_048_576.0).round() as i64)
}

fn guessed_size(image: &str) -> i64 {
    20_000_000 + (fnv64(image.as_bytes()) % 180_000_000) as i64
}

/// 64 hexadecimal digits that depend on `text` alone.
pub fn hex64(text: &str) -> EcoString {
    (0..4u8).map(|i| eco_format!("{:016x}", fnv64(&[text.as_bytes(), &[i]].concat()))).collect()
}

/// The id of a container of a pod, the `n`th with this name.
pub fn container_id(pod_uid: &str, name: &str, n: u32, since: Time) -> EcoString {
    eco_format!("containerd://{}", hex64(&format!("{pod_uid}/{name}/{n}/{}", since.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_end_as_one_would_guess() {
        for (command, ends) in [
            ("sh -c exit 3", Some((0, 3))),
            ("sh -c sleep 2; exit 1", Some((2000, 1))),
            ("sleep 3600", Some((3_600_000, 0))),
            ("sh -c sleep infinity", None),
            ("sh -c while true; do sleep 1; done", None),
            ("sh -c echo hello", Some((0, 0))),
            ("nginx -g daemon", None),
            ("false", Some((0, 1))),
            ("perl -Mbignum=bpi -wle print bpi(2000)", Some((3000, 0))),
            ("python -c print(1)", Some((3000, 0))),
            ("python -m http.server", None),
            ("python app.py", None),
        ] {
            assert_eq!(ends_of(command), ends, "{command}");
        }
    }

    #[test]
    fn tags_of_known_images_are_versions() {
        for (image, missing) in [
            ("nginx", false),
            ("nginx:1.27-alpine", false),
            ("nginx:stable-alpine3.19-perl", false),
            ("docker.io/library/nginx:bogus", true),
            ("nginx:typo", true),
            ("nginx:nope", true),
            ("node:lts-slim", false),
            ("python:3.12-slim-bookworm", false),
            ("debian:bookworm-slim", false),
            ("shop:blue", false),
            ("acme/nginx:blue", false),
        ] {
            let (repository, tag) = split(image);
            assert_eq!(is_missing(repository, tag), missing, "{image}");
        }
    }

    #[test]
    fn images_are_named_as_containerd_does() {
        for (image, name) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("shop:1.4", "docker.io/library/shop:1.4"),
            ("acme/shop:2", "docker.io/acme/shop:2"),
            ("registry.example:5000/shop", "registry.example:5000/shop:latest"),
        ] {
            assert_eq!(canonical(image), name);
        }
    }

    /// `EnsureImageExists` (pkg/kubelet/images/image_manager.go) and `ParseNormalizedNamed` (github.com/distribution/reference).
    #[test]
    fn some_images_are_not_even_looked_for() {
        let lower =
            |path: &str| format!("invalid reference format: repository name ({path}) must be lowercase");
        for (image, expect) in [
            ("nginx", None),
            ("shop:1.4", None),
            ("registry.example:5000/a_b/c-d:V1", None),
            ("k8s.gcr.io/pause@sha256:abc", None),
            ("Nginx:1", Some(lower("library/Nginx"))),
            ("acme/Shop", Some(lower("acme/Shop"))),
            ("ngi nx", Some("invalid reference format".into())),
            ("nginx:", Some("invalid reference format".into())),
            ("nginx:1:2", Some("invalid reference format".into())),
            ("-x", Some("invalid reference format".into())),
        ] {
            assert_eq!(misnamed(image), expect, "{image}");
        }
        let bad = trouble("Nginx", "Never", false).unwrap();
        assert_eq!((bad.event, bad.reason), ("InspectFailed", "InvalidImageName"));
        let never = trouble("shop:1", "Never", false).unwrap();
        assert_eq!(never.why, "Container image \"shop:1\" is not present with pull policy of Never");
        assert_eq!([trouble("shop:1", "Never", true), trouble("shop:1", "", false)], [None, None]);
    }

    #[test]
    fn only_known_bad_tags_are_missing() {
        for (image, missing) in [("nginx:nope", true), ("nginx:does-not-exist", true), ("nginx:1.27", false)]
        {
            assert_eq!(guessed(image, &[]).missing, missing, "{image}");
        }
    }
}
