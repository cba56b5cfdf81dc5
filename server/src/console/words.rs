//! What the console says itself, in the learner's language. What kubectl says stays kubectl's.

use wire::learner::Lang;

use super::{desk::Files, in_lang, script::Problem};

fn said(lang: Lang, ko: &str, en: &str) -> String {
    in_lang(lang, ko, en).to_owned()
}

/// Why a text is no script.
pub fn no_script(lang: Lang, problem: &Problem) -> String {
    let (ko, en) = match problem {
        Problem::OpenQuote(quote) => (
            format!("{quote} 따옴표가 열린 채예요. 같은 따옴표로 닫아 주세요."),
            format!("a quote {quote} is opened and never closed; close it with the same quote"),
        ),
        Problem::OpenHereDocument(word) => (
            format!("here-document가 끝나지 않았어요. 마지막에 {word}만 있는 줄을 적어 주세요."),
            format!("the here-document does not end; put {word} alone on a line after it"),
        ),
        Problem::Unfinished(word) if word == "<" || word == ">" => (
            format!("{word} 뒤에 파일 이름이 없어요. <이름>처럼 적힌 자리라면 꺾쇠까지 지우고 실제 이름을 쓰세요."),
            format!("a file's name must follow {word}; where a text says <name>, put the real name in the place of it, brackets too"),
        ),
        Problem::Unfinished(word) => (
            format!("{word} 뒤에 올 것이 없어요."),
            format!("the line ends where something must follow: {word}"),
        ),
        Problem::Unexpected(token) => {
            let token = if token == "\n" { "newline" } else { token };
            (format!("`{token}` 자리가 아니에요."), format!("syntax error near unexpected token `{token}'"))
        }
        Problem::Unknown(word) if word == "&" => (
            "이 콘솔은 한 번에 한 명령만 실행해요. 뒤의 &는 빼 주세요. 보면서 다른 일을 하려면 kubectl get -w를 쓰고 Ctrl-C로 멈춰요.".into(),
            "this console runs one command at a time: leave the & out. kubectl get -w watches until Ctrl-C.".into(),
        ),
        Problem::Unknown(word) => (
            format!("`{word}`는 이 콘솔에 없어요. 명령 잇기(; && || |), for, while, if, 변수, $(…), here-document는 있어요."),
            format!("`{word}` is not in this console. Here are: ; && || |, for, while, if, variables, $(…), here-documents."),
        ),
    };
    format!("error: {}\n", in_lang(lang, &ko, &en))
}

/// A line that would go on and on.
pub fn too_many_steps(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "error: 한 줄이 할 수 있는 것보다 많이 해서 멈췄어요.\n",
        "error: stopped: one line may not do that much.\n",
    )
}

/// A file that is not there.
pub fn no_file(lang: Lang, program: &str, name: &str, files: &Files) -> String {
    let names = files.names();
    let there = match names.is_empty() {
        true => said(lang, "여기에는 파일이 없어요.", "There are no files here."),
        false => format!("{}{}", in_lang(lang, "있는 파일: ", "There are: "), names.join(", ")),
    };
    format!("{program}: {name}: No such file or directory\n{there}\n")
}

/// `rm` of what is not the learner's.
pub fn not_removed(lang: Lang, name: &str, files: &Files) -> String {
    if files.read(name).is_some() {
        let (ko, en) = (
            format!("rm: {name}: 실험의 파일이라서 지울 수 없어요.\n"),
            format!("rm: {name}: a file of the exercise cannot be removed.\n"),
        );
        return said(lang, &ko, &en);
    }
    no_file(lang, "rm", name, files)
}

/// `ls` where there is nothing.
pub fn no_files(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "파일이 없어요. kubectl get deployment web -o yaml > web.yaml처럼 하면 생겨요.\n",
        "No files yet: kubectl get deployment web -o yaml > web.yaml makes one.\n",
    )
}

/// `exit`.
pub fn exit(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "콘솔은 닫히지 않아요. 클러스터는 보고 있지 않으면 잠들어요.\n",
        "The console stays open. Your cluster sleeps while nobody looks at it.\n",
    )
}

/// `watch` without a command.
pub fn watch_what(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "watch: 무엇을 볼지 적어 주세요: watch -n 2 kubectl get pods\n",
        "watch: say what to run: watch -n 2 kubectl get pods\n",
    )
}

/// After a command that would have been typed into.
pub fn no_terminal(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "이 콘솔에는 컨테이너 안에서 이어서 칠 셸이 없어요. 명령을 바로 적어 주세요: kubectl exec POD -- ls /\n",
        "There is no shell inside a container to type into here. Give the command itself: kubectl exec POD -- ls /\n",
    )
}

/// `help`.
pub fn help(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "kubectl          클러스터와 이야기해요: kubectl get pods -o wide
lab              클러스터 아래의 세상을 바꿔요: lab help
watch            되풀이해서 보여 줘요: watch kubectl get pods
grep head tail wc sort uniq cut sed awk column jq   |로 이어서 걸러요
ls cat rm        파일. > 와 <<EOF로 써요
history clear    지난 명령, 화면 지우기
Tab 채우기 · ↑↓ 지난 명령 · Ctrl-C 멈추기 · Ctrl-L 지우기 · Esc 콘솔 나가기
",
        "kubectl          talks to the cluster: kubectl get pods -o wide
lab              changes the world under it: lab help
watch            shows a command again and again: watch kubectl get pods
grep head tail wc sort uniq cut sed awk column jq   filter, behind a |
ls cat rm        files; > and <<EOF write them
history clear    lines of before; an empty screen
Tab completes · Up/Down lines of before · Ctrl-C stops · Ctrl-L clears · Esc leaves
",
    )
}

/// When the journal refused some of what a command wanted.
pub fn partly_saved(lang: Lang) -> &'static str {
    in_lang(
        lang,
        "일부를 저장할 수 없어서 위에서 알린 것만 바뀌었어요. 잠시 뒤에 다시 해 보세요.\n",
        "Some of it could not be saved: only what is told above was changed. Try again in a moment.\n",
    )
}

/// One helpful sentence for a command that belongs elsewhere.
pub fn elsewhere(command: &str, lang: Lang) -> &'static str {
    let (ko, en) = match command {
        "docker" | "podman" | "nerdctl" | "crictl" | "ctr" => (
            "이 콘솔은 컨테이너 엔진이 아니라 클러스터와 이야기해요. `kubectl get pods`를 써 보세요.\n",
            "This console talks to a cluster, not to a container engine: try `kubectl get pods`.\n",
        ),
        "docker-compose" => (
            "Compose 프로젝트가 있는 실험이라면 `lab compose PROJECT up -d`예요.\n",
            "Where an experiment has a Compose project: `lab compose PROJECT up -d`.\n",
        ),
        "vi" | "vim" | "nano" | "emacs" | "ed" | "code" => (
            "여기에는 편집기가 없어요. 객체는 YAML 탭에서 고치고, 파일은 `cat > web.yaml <<EOF`로 써요.\n",
            "There is no editor here: the YAML tab edits objects, `cat > web.yaml <<EOF` writes files.\n",
        ),
        "helm" | "kustomize" | "argocd" | "flux" | "istioctl" => (
            "여기에는 kubectl과 lab만 있어요. 매니페스트는 `kubectl apply -f -`로 넣어요.\n",
            "Only kubectl and lab are here: `kubectl apply -f -` takes manifests.\n",
        ),
        "ssh" | "systemctl" | "journalctl" | "service" | "reboot" | "shutdown" | "top" | "ps" | "df"
        | "free" => (
            "머신 안으로는 들어갈 수 없어요. `kubectl describe node`로 보고, 전원은 `lab unplug NODE`로 꺼요.\n",
            "There is no way into the machines: look with `kubectl describe node`, cut the power with `lab unplug NODE`.\n",
        ),
        "curl" | "wget" | "ping" | "nc" | "dig" | "nslookup" => (
            "요청은 클러스터 안에서 보내요: `kubectl exec POD -- curl http://web`.\n",
            "Send requests from inside the cluster: `kubectl exec POD -- curl http://web`.\n",
        ),
        "get" | "describe" | "apply" | "delete" | "logs" | "scale" | "rollout" | "create" | "edit"
        | "explain" => (
            "앞에 kubectl을 붙여 주세요. `k`라고 줄여 써도 돼요.\n",
            "Put kubectl in front; `k` is short for it.\n",
        ),
        "unplug" | "plug" | "kill" | "crash" | "partition" | "traffic" => {
            ("앞에 lab을 붙여 주세요: `lab help`.\n", "Put lab in front: `lab help`.\n")
        }
        "cd" | "mkdir" | "touch" | "cp" | "mv" | "chmod" => (
            "여기에는 폴더가 없고 파일만 있어요. `ls`, `cat`, `rm`이 있고 `>`로 써요.\n",
            "There are files here, but no folders: `ls`, `cat`, `rm`; `>` writes.\n",
        ),
        "perl" | "python" | "python3" | "node" | "tr" | "yq" => (
            "| 뒤에는 grep, head, tail, wc, sort, uniq, cut, sed, awk, column, jq가 있어요.\n",
            "Behind a | there are grep, head, tail, wc, sort, uniq, cut, sed, awk, column and jq.\n",
        ),
        "less" | "more" | "most" => (
            "긴 출력은 그대로 위로 넘겨 봐요. 줄이려면 `| head`, `| tail`, `| grep`을 붙여요.\n",
            "Long output scrolls here; `| head`, `| tail` and `| grep` make it short.\n",
        ),
        "timeout" => (
            "기다리는 시간은 kubectl의 플래그로 정해요: `kubectl wait --timeout=30s …`. 멈추려면 Ctrl-C예요.\n",
            "kubectl has its own: `kubectl wait --timeout=30s …`. Ctrl-C stops a command.\n",
        ),
        "$" | "#" => (
            "앞의 $는 프롬프트예요. 그 뒤의 명령만 치세요.\n",
            "The $ in front is the prompt: type only the command after it.\n",
        ),
        "sudo" | "doas" => (
            "관리자가 될 필요가 없어요. sudo 없이 다시 쳐 보세요. 할 수 있는 일은 `kubectl auth can-i --list`가 알려 줘요.\n",
            "No need to become an administrator: type it again without sudo. `kubectl auth can-i --list` tells what you may do.\n",
        ),
        "su" | "alias" | "source" | "bash" | "sh" | "zsh" => (
            "이 콘솔은 셸의 일부만 알아요. `k`는 이미 kubectl이에요. 권한은 `kubectl auth can-i --list`가 알려 줘요.\n",
            "This console knows part of a shell; `k` is kubectl already. `kubectl auth can-i --list` tells what you may do.\n",
        ),
        "minikube" | "kind" | "k3s" | "kubeadm" | "k9s" => (
            "클러스터는 이미 있어요: `kubectl get nodes`.\n",
            "The cluster is here already: `kubectl get nodes`.\n",
        ),
        _ => (
            "이 콘솔은 `kubectl`과 `lab`을 알아요. `help`를 쳐 보세요.\n",
            "This console knows `kubectl` and `lab`. Try `help`.\n",
        ),
    };
    in_lang(lang, ko, en)
}
