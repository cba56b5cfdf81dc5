//! What a scenario does to the machine, done to ours: kubectl in a shell, a silent node, a compaction, a raw client.

use std::process::Stdio;

use anyhow::{Context, Result};

use tokio::process::Command;

use crate::{kubectl::Kubectl, stand::Stand};

/// What a shell line means for a cluster of ours.
#[derive(Debug, PartialEq)]
enum Deed<'a> {
    /// A node's kubelet falls silent, or speaks again.
    Silence { node: &'a str, silent: bool },
    /// History up to now goes.
    Compact,
    /// Anything else is left to the shell; its words are compared if it asked the server something.
    Shell { asks: bool },
}

fn deed(command: &str) -> Deed<'_> {
    let words: Vec<&str> = command.split(' ').collect();
    fn node(file: &str) -> Option<&str> {
        file.rsplit('/').next()?.strip_suffix(".stop")
    }
    match words[..] {
        ["touch", file] if node(file).is_some() => {
            Deed::Silence { node: node(file).unwrap_or_default(), silent: true }
        }
        ["rm", file] if node(file).is_some() => {
            Deed::Silence { node: node(file).unwrap_or_default(), silent: false }
        }
        [program, .., "compact"] if program.ends_with("etcdtool") => Deed::Compact,
        _ => Deed::Shell { asks: command.starts_with("curl") },
    }
}

/// Is it something that only we can do to our cluster?
pub fn is_deed(command: &str) -> bool {
    !matches!(deed(command), Deed::Shell { .. })
}

/// Does it; gives what it printed, if that is to be compared.
///
/// # Errors
/// When a program cannot be started or the machine is not there.
pub async fn run(command: &str, stand: &Stand) -> Result<Option<String>> {
    match deed(command) {
        Deed::Silence { node, silent } => {
            silence(node, silent, stand).await?;
            Ok(None)
        }
        Deed::Compact => {
            stand.alone.live.compact();
            Ok(None)
        }
        Deed::Shell { asks } => {
            let printed = shell(command, stand).await?;
            Ok(asks.then(|| without_headers(&printed)))
        }
    }
}

async fn silence(node: &str, silent: bool, stand: &Stand) -> Result<()> {
    let network = if silent { "Partitioned" } else { "Connected" };
    let body = format!("{{\"spec\":{{\"network\":\"{network}\"}}}}");
    let request = http::Request::patch(format!("/apis/sim.pilothouse.dev/v1/machines/{node}"))
        .header("Content-Type", "application/merge-patch+json")
        .body(http_body_util::Full::new(bytes::Bytes::from(body)))?;
    let response = tower::ServiceExt::oneshot(stand.alone.live.service(server::alone::admin()), request)
        .await
        .unwrap_or_else(|never| match never {});
    anyhow::ensure!(response.status().is_success(), "machine {node}: {}", response.status());
    Ok(())
}

/// The reference's imitation kubelets hold a pod unready that carries an annotation of theirs. Here an image does that, for
/// containers that start while it is there.
pub fn holds_unready(manifest: &str) -> bool {
    manifest.contains("fakelet/ready: \"false\"")
}

/// Has containers of nginx that start from here on not answer, or answer again.
///
/// # Errors
/// When the cluster refuses.
pub async fn hold_unready(on: bool, stand: &Stand) -> Result<()> {
    const IMAGES: &str = "/apis/sim.pilothouse.dev/v1/images";
    const NAME: &str = "held-unready";
    let image = r#"{"apiVersion":"sim.pilothouse.dev/v1","kind":"Image","metadata":{"name":"held-unready"},
        "spec":{"image":"nginx","readyMillis":86400000}}"#;
    let request = if on {
        http::Request::post(IMAGES).header("Content-Type", "application/json")
    } else {
        http::Request::delete(format!("{IMAGES}/{NAME}"))
    };
    let body = if on { bytes::Bytes::from(image) } else { bytes::Bytes::new() };
    let request = request.body(http_body_util::Full::new(body))?;
    let response = tower::ServiceExt::oneshot(stand.alone.live.service(server::alone::admin()), request)
        .await
        .unwrap_or_else(|never| match never {});
    anyhow::ensure!(response.status().is_success(), "image {NAME}: {}", response.status());
    Ok(())
}

async fn shell(command: &str, stand: &Stand) -> Result<String> {
    let Kubectl { binary, kubeconfig, home } = &stand.kubectl;
    let ca = home.join("ca.crt");
    std::fs::write(&ca, &stand.alone.ca_pem)?;
    let (binary, kubeconfig) = (binary.display().to_string(), kubeconfig.display().to_string());
    let command = command
        .replace("$REF/bin/kubectl", &binary)
        .replace("$REF/rec.kubeconfig", &kubeconfig)
        .replace("$REF/admin.kubeconfig", &kubeconfig)
        .replace("$REF/pki/ca.crt", &ca.display().to_string())
        .replace("127.0.0.1:6443", &stand.alone.addr.to_string());
    let output = Command::new("sh")
        .args(["-c", &command])
        .env("HOME", home)
        .env("NO_PROXY", "*")
        .stdin(Stdio::null())
        .output()
        .await
        .context("cannot start a shell")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first line and the body of an answer that is shown with its headers.
pub fn without_headers(answer: &str) -> String {
    let answer = answer.replace("\r\n", "\n");
    match answer.split_once("\n\n") {
        Some((head, body)) if head.starts_with("HTTP/") => {
            let first = head.lines().next().unwrap_or_default();
            let code = first.split(' ').nth(1).unwrap_or_default();
            format!("{code}\n{body}")
        }
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_are_recognised() {
        for (command, expect) in [
            ("touch $REF/run/fakelet/node-3.stop", Deed::Silence { node: "node-3", silent: true }),
            ("rm $REF/run/fakelet/node-3.stop", Deed::Silence { node: "node-3", silent: false }),
            ("$REF/bin/etcdtool http://127.0.0.1:12379 compact", Deed::Compact),
            ("curl -sS -i http://127.0.0.1:6443/", Deed::Shell { asks: true }),
            ("for i in 1 2; do x; done", Deed::Shell { asks: false }),
        ] {
            assert_eq!(deed(command), expect, "{command}");
        }
    }

    #[test]
    fn headers_go() {
        assert_eq!(without_headers("HTTP/2 401 \r\ndate: x\r\n\r\n{}"), "401\n{}");
        assert_eq!(without_headers("hello\n"), "hello\n");
    }
}
