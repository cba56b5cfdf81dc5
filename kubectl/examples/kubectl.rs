//! This crate as a program: what stands behind `kubectl` in a shell, over the cluster that `--kubeconfig` or `KUBECONFIG` names.
//!
//! `cargo run -p kubectl --example kubectl -- --kubeconfig FILE get pods -A`
#![allow(clippy::unwrap_used)]

use std::{
    io::{self, IsTerminal, Read, Write},
    path::Path,
    sync::Arc,
};

use futures::future::{BoxFuture, FutureExt, ready};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kubectl::{
    Kubectl, Sink,
    host::{Entry, Host},
};

/// The machine's files, and the editor that `KUBE_EDITOR` or `EDITOR` names.
struct Machine;

impl Host for Machine {
    fn open(&self, path: &str) -> io::Result<Entry> {
        if !Path::new(path).is_dir() {
            return std::fs::read(path).map(Entry::File);
        }
        let names =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<_>>().map(Entry::Folder)
    }

    fn edit<'a>(&'a self, name: &'a str, text: String) -> BoxFuture<'a, io::Result<String>> {
        ready(edit(name, &text)).boxed()
    }

    fn keep(&self, name: &str, text: &str) -> Option<String> {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).ok()?;
        Some(path.display().to_string())
    }
}

fn edit(name: &str, text: &str) -> io::Result<String> {
    let named = ["KUBE_EDITOR", "EDITOR"].iter().find_map(|name| std::env::var(name).ok());
    let editor = named.unwrap_or_else(|| "vi".into());
    let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, text)?;
    let line = format!("{editor} {}", path.display());
    let ended = std::process::Command::new("sh").args(["-c", &line]).status()?;
    let edited = std::fs::read_to_string(&path)?;
    std::fs::remove_file(&path)?;
    if ended.success() {
        Ok(edited)
    } else {
        Err(io::Error::other(format!("there was a problem with the editor {editor:?}")))
    }
}

struct Terminal;

impl Sink for Terminal {
    fn stdout(&mut self, text: &str) {
        let mut out = std::io::stdout();
        // A closed pipe ends what is written to it, not us.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    fn stderr(&mut self, text: &str) {
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut argv: Vec<String> = std::env::args().skip(1).collect();
    let named = take(&mut argv, "--kubeconfig");
    let file = named.or_else(|| std::env::var("KUBECONFIG").ok()).expect("name a cluster by --kubeconfig");
    let kubeconfig = Kubeconfig::read_from(file).unwrap();
    let config =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let mut stdin = String::new();
    if !std::io::stdin().is_terminal()
        && argv
            .iter()
            .any(|word| ["-", "-i", "--interactive"].contains(&word.as_str()) || word.ends_with("=-"))
    {
        std::io::stdin().read_to_string(&mut stdin).unwrap();
    }
    let kubectl = Kubectl::new(kube::Client::try_from(config).unwrap()).host(Arc::new(Machine));
    std::process::exit(kubectl.run(&argv, Some(&stdin), &mut Terminal).await);
}

/// Takes `--flag VALUE` or `--flag=VALUE` out of the words: the crate itself reads no kubeconfig.
fn take(argv: &mut Vec<String>, flag: &str) -> Option<String> {
    let at = argv.iter().position(|word| word.split('=').next() == Some(flag))?;
    let word = argv.remove(at);
    match word.split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => (at < argv.len()).then(|| argv.remove(at)),
    }
}
