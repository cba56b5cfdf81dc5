//! A cluster alone, and the kubectl on the PATH that drives it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Folder, Running, binary, lines_of, wait_for};

/// A cluster alone, with a home for its kubectl.
pub struct Alone {
    /// Where kubectl is at home.
    pub home: Folder,
    /// The administrator's.
    pub kubeconfig: PathBuf,
    _cluster: Running,
}

impl Alone {
    /// A new one at ×60; none, and a word about it, where there is no kubectl.
    pub fn new() -> Option<Self> {
        Self::of(None)
    }

    /// The same, of a world's objects.
    pub fn of(world: Option<&str>) -> Option<Self> {
        let version = Command::new("kubectl").args(["version", "--client"]).stdout(Stdio::null()).status();
        if !version.is_ok_and(|s| s.success()) {
            println!("skipped: there is no kubectl on the PATH");
            return None;
        }
        let home = Folder::new();
        let kubeconfig = home.0.join("kubeconfig");
        let mut command = binary();
        command
            .args(["cluster", "--listen", "127.0.0.1:0", "--speed", "60", "--kubeconfig"])
            .arg(&kubeconfig);
        if let Some(world) = world {
            let file = home.0.join("world.yaml");
            fs::write(&file, world).unwrap();
            command.arg("--world").arg(&file);
        }
        let mut cluster = Running(command.stdout(Stdio::piped()).spawn().unwrap());
        let lines = lines_of(cluster.0.stdout.take().unwrap());
        wait_for(&lines, "the kubeconfig's path", |line| line.ends_with("kubeconfig"));
        Some(Self { home, kubeconfig, _cluster: cluster })
    }

    /// Runs a line; exit code, and what it said on both streams.
    pub fn kubectl(&self, line: &str, stdin: &str) -> (Option<i32>, String) {
        self.kubectl_as(&self.kubeconfig, line, stdin)
    }

    /// Runs a line that must end with this code and say these words.
    pub fn expect(&self, line: &str, stdin: &str, code: i32, words: &str) {
        let (got, said) = self.kubectl(line, stdin);
        assert_eq!(got, Some(code), "{line}: {said}");
        assert!(said.contains(words), "{line} said {said:?}, not {words:?}");
    }

    /// As [`Alone::kubectl`], with another kubeconfig.
    pub fn kubectl_as(&self, kubeconfig: &Path, line: &str, stdin: &str) -> (Option<i32>, String) {
        let manifest = self.home.0.join("manifest.yaml");
        fs::write(&manifest, stdin).unwrap();
        let output = Command::new("kubectl")
            .args(line.split(' '))
            .env("KUBECONFIG", kubeconfig)
            .env("HOME", &self.home.0)
            .env("NO_PROXY", "*")
            .stdin(fs::File::open(&manifest).unwrap())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }
}
