//! This crate as a program: what stands behind `kubectl` in a shell, over the cluster that `--kubeconfig` or `KUBECONFIG` names.
//!
//! `cargo run -p kubectl --example kubectl -- --kubeconfig FILE get pods -A`
#![allow(clippy::unwrap_used)]

use std::io::{IsTerminal, Read, Write};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kubectl::{Kubectl, Sink};

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
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let mut stdin = String::new();
    if !std::io::stdin().is_terminal() && argv.iter().any(|word| word == "-" || word.ends_with("=-")) {
        std::io::stdin().read_to_string(&mut stdin).unwrap();
    }
    let kubectl = Kubectl::new(kube::Client::try_from(config).unwrap());
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
