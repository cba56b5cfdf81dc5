//! The console of a sandbox: kubectl as it is, `lab` for the world's own verbs, and a sentence for what is neither.

mod lab;

use std::time::Duration;

use kubectl::{Captured, Kubectl, Line, Sink};
use tokio::time::timeout;
use wire::learner::Lang;

/// A command that has not ended by then is stopped, as by Ctrl-C.
const RUN_MAX: Duration = Duration::from_secs(8);
/// Longest output kept of one stream, bytes.
const OUTPUT_BYTES_MAX: usize = 256 * 1024;

/// What a line printed, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// 0 is success; 130 was stopped.
    pub exit_code: i32,
}

/// Runs one line over a client. kubectl speaks as everywhere; what is ours speaks the learner's language.
pub async fn run(client: kube::Client, line: &str, lang: Lang) -> Printed {
    let Line { argv, stdin } = match kubectl::split(line) {
        Ok(split) => split,
        Err(problem) => return fail(&format!("error: {problem}\n"), 1),
    };
    let mut out = Captured::default();
    let program = line.split_whitespace().next().unwrap_or_default();
    let ended = timeout(RUN_MAX, dispatch(client, lang, program, &argv, stdin.as_deref(), &mut out)).await;
    if ended.is_err() {
        out.stderr("^C\n");
    }
    Printed { stdout: cut(out.stdout), stderr: cut(out.stderr), exit_code: ended.unwrap_or(130) }
}

async fn dispatch(
    client: kube::Client,
    lang: Lang,
    program: &str,
    argv: &[String],
    stdin: Option<&str>,
    out: &mut Captured,
) -> i32 {
    match program {
        "" => 0,
        "kubectl" | "k" => Kubectl::new(client).wait_for_deletion(false).run(argv, stdin, out).await,
        "lab" => lab::run(client, lang, &argv[1..], out).await,
        other => {
            out.stderr(&format!("{other}: command not found\n"));
            out.stderr(hint(other, lang));
            127
        }
    }
}

/// One helpful sentence for commands that belong to other worlds.
fn hint(command: &str, lang: Lang) -> &'static str {
    let (ko, en) = match command {
        "docker" | "podman" | "nerdctl" => (
            "이 콘솔은 컨테이너 엔진이 아니라 클러스터와 이야기해요. `kubectl get pods`를 써 보세요.\n",
            "This console talks to a cluster, not to a container engine: try `kubectl get pods`.\n",
        ),
        "vi" | "vim" | "nano" | "emacs" => (
            "여기에는 편집기가 없어요. 객체는 YAML 탭에서 고쳐요.\n",
            "There is no editor here: the YAML tab edits objects.\n",
        ),
        "helm" | "kustomize" => (
            "여기에는 kubectl과 lab만 있어요. 매니페스트는 `kubectl apply -f -`로 넣어요.\n",
            "Only kubectl and lab are here: `kubectl apply -f -` takes manifests.\n",
        ),
        "ls" | "cd" | "cat" | "pwd" => (
            "여기에는 파일이 없어요. `kubectl get all`을 써 보세요.\n",
            "There are no files here: try `kubectl get all`.\n",
        ),
        _ => ("이 콘솔은 `kubectl`과 `lab`을 알아요.\n", "This console knows `kubectl` and `lab`.\n"),
    };
    in_lang(lang, ko, en)
}

/// What to say when the journal refused some of what a command wanted.
pub fn partly_saved(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "일부를 저장할 수 없어서 위에서 알린 것만 바뀌었어요. 잠시 뒤에 다시 해 보세요.\n",
        "Some of it could not be saved: only what is told above was changed. Try again in a moment.\n",
    )
}

/// The sentence in the learner's language.
pub(super) fn in_lang<'a>(lang: Lang, ko: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ko => ko,
        Lang::En => en,
    }
}

fn fail(message: &str, exit_code: i32) -> Printed {
    Printed { stderr: message.to_owned(), exit_code, ..Printed::default() }
}

fn cut(mut text: String) -> String {
    if text.len() > OUTPUT_BYTES_MAX {
        let end = (0..=OUTPUT_BYTES_MAX).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n(cut)\n");
    }
    text
}
