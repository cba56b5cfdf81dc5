//! What `lab` says of itself.

use wire::learner::Lang;

use crate::console::in_lang;

/// Verb, arguments, and what it does in Korean and in English.
const VERBS: [(&str, &str, &str, &str); 12] = [
    ("unplug", "NODE...", "머신의 전원을 꺼요", "cut the power of machines"),
    ("plug", "NODE...", "다시 켜요", "give them power again"),
    ("partition", "NODE...", "머신의 네트워크를 끊어요", "cut the network of machines"),
    ("heal", "NODE...", "네트워크를 다시 이어요", "connect them again"),
    ("disk", "NODE slow|normal", "디스크를 느리게, 또는 원래대로 해요", "make a disk slow, or as before"),
    ("capacity", "NODE cpu=4 memory=8Gi pods=110", "머신의 크기를 바꿔요", "change the size of a machine"),
    (
        "kill",
        "POD|CONTAINER [-c CONTAINER] [-s SIGTERM]",
        "파드나 Compose 컨테이너의 주 프로세스를 죽여요",
        "kill the main process of a pod's or a Compose container",
    ),
    (
        "crash",
        "IMAGE|POD [AFTER|off]",
        "이미지의 컨테이너가 시작하고 AFTER(예: 3s) 뒤에 죽게 해요",
        "let an image's containers crash AFTER (as 3s) their start",
    ),
    (
        "image",
        "NAME [FIELD=VALUE...]",
        "이미지가 어떻게 구는지 바꾸거나 보여 줘요",
        "change or show how an image behaves",
    ),
    ("traffic", "NAME RPS", "초당 요청 수를 정해요", "set the requests a second"),
    (
        "compose",
        "PROJECT up -d|down|scale WEB=3|...",
        "docker compose 명령을 그 머신에서 실행해요",
        "run a docker compose command on its machine",
    ),
    ("ls", "", "머신, 이미지, 트래픽을 보여 줘요", "show machines, images and traffic"),
];

/// The verbs.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.iter().map(|(verb, ..)| *verb)
}

fn line((verb, arguments, ko, en): &(&str, &str, &str, &str), lang: Lang) -> String {
    format!("  lab {:<46} {}\n", format!("{verb} {arguments}"), in_lang(lang, ko, en))
}

/// All verbs.
pub fn all(lang: Lang) -> String {
    let head = in_lang(
        lang,
        "lab은 클러스터 아래의 것을 바꿔요. kubectl이 닿지 못하는 곳이에요. 무엇을 썼는지, kubectl로는 어떻게 하는지 알려 줘요.\n\n쓰는 법:\n",
        "lab changes what lies under the cluster. It says what it wrote, and how kubectl would have.\n\nUsage:\n",
    );
    let tail = in_lang(
        lang,
        "\nkubectl explain machines.spec처럼 물으면 필드를 볼 수 있어요.\n",
        "\nThe fields: kubectl explain machines.spec, and so on.\n",
    );
    let lines: String = VERBS.iter().map(|verb| line(verb, lang)).collect();
    format!("{head}{lines}{tail}")
}

/// One verb; `None` where there is none of this name.
pub fn of(verb: &str, lang: Lang) -> Option<String> {
    let found = VERBS.iter().find(|(name, ..)| *name == verb)?;
    Some(format!("{}\n{}", in_lang(lang, "쓰는 법:", "Usage:"), line(found, lang)))
}

/// A verb that is there, with arguments that it cannot use.
pub fn other_arguments(verb: &str, lang: Lang) -> String {
    let (ko, en) =
        (format!("error: lab {verb}의 인자가 달라요"), format!("error: lab {verb} takes other arguments"));
    in_lang(lang, &ko, &en).to_owned()
}

/// A verb that is not there.
pub fn unknown(verb: &str, lang: Lang) -> String {
    let near = verbs().find(|known| strsim(known, verb) <= 2);
    let near = near.map_or_else(String::new, |known| {
        let (ko, en) = (format!("혹시 lab {known}인가요?\n"), format!("Did you mean lab {known}?\n"));
        format!("\n{}", in_lang(lang, &ko, &en))
    });
    format!("error: unknown command {verb:?} for \"lab\"\n{near}\n{}", all(lang))
}

/// How many letters differ.
fn strsim(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}
