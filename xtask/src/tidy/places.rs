//! Nothing in the repository may name a machine it was written on, or the registry it was fed from.
use super::{File, Finding, code::numbered};

/// Written in two parts, so that this file does not find itself.
const MACHINE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tm", "p/"),
    concat!("/far", "m/"),
    concat!("/.lib", "rary/"),
];
const HOSTS: [&str; 7] = [
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("files.python", "hosted.org"),
    concat!("deb.debi", "an.org"),
    concat!("npmmir", "ror.com"),
];
/// The one source that cargo writes into every lock file.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub fn machine_paths(files: &[File]) -> Vec<Finding> {
    find(files, |line| {
        let path = MACHINE.iter().find(|path| {
            line.match_indices(**path).any(|(at, _)| {
                // `…/target/work/…` is a folder in a folder, not the root of a machine
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}~".contains(c))
            })
        })?;
        Some(format!("names `{path}`, a path of one machine; say it from the repository or by a variable"))
    })
}

pub fn registry_hosts(files: &[File]) -> Vec<Finding> {
    find(files, |line| {
        let host = HOSTS.iter().find(|host| line.contains(**host))?;
        Some(format!("names the registry host `{host}`; leave the choice to the machine's settings"))
    })
}

pub fn lock_files(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or("");
        let bad: fn(&str) -> bool = match name {
            "package-lock.json" => |line| line.trim_start().starts_with("\"resolved\""),
            "Cargo.lock" => |line| line.starts_with("source = ") && !line.contains(CRATES_IO),
            ".npmrc" => |line| line.contains("registry=") || line.contains("_auth"),
            "config.toml" => |line| line.starts_with("[source") || line.starts_with("[registr"),
            _ => continue,
        };
        let lines = numbered(&file.text).filter(|(_, line)| bad(line));
        let say = "names where packages come from; keep that out (npm: `omit-lockfile-registry-resolved`)";
        found.extend(lines.map(|(number, _)| Finding::new(file, number, say)));
    }
    found
}

fn find(files: &[File], judge: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let lines = numbered(&file.text).filter_map(|(number, line)| Some((number, judge(line)?)));
        found.extend(lines.map(|(number, say)| Finding::new(file, number, say)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{super::sample::lines, *};

    #[test]
    fn no_machine() {
        for path in MACHINE {
            assert_eq!(lines(machine_paths, "a.md", &format!("fine\nsee {path}x")), [2], "{path}");
            assert_eq!(lines(machine_paths, "a.md", &format!("see target{path}x")), [0; 0], "{path}");
        }
    }

    #[test]
    fn no_host() {
        for host in HOSTS {
            assert_eq!(lines(registry_hosts, "a.md", &format!("see https://{host}/x")), [1]);
        }
        assert_eq!(lines(registry_hosts, "a.md", "crates.io, npm, registry.k8s.io"), [0; 0]);
    }

    #[test]
    fn no_mirror() {
        let check = |path: &str, text: &str, want: &[usize]| {
            assert_eq!(lines(lock_files, path, text), want, "{text}")
        };
        check("end2end/package-lock.json", "{\n  \"resolved\": \"http://x\",", &[2]);
        check("end2end/package-lock.json", "{\n  \"version\": \"1\",", &[]);
        check("Cargo.lock", &format!("source = \"{CRATES_IO}\""), &[]);
        check("Cargo.lock", "source = \"sparse+http://mirror/\"", &[1]);
        check("end2end/.npmrc", "registry=http://mirror", &[1]);
        check("end2end/.npmrc", "omit-lockfile-registry-resolved=true", &[]);
        check(".cargo/config.toml", "[source.crates-io]", &[1]);
    }
}
