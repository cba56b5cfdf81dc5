//! Lines over a real cluster in memory.

use std::{collections::BTreeMap, sync::Arc};

use futures::future::BoxFuture;
use jiff::Timestamp;
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, Speed},
};
use wire::lesson::Acted;

use super::*;
use crate::{sandboxes, stage::learner};

const WORLD: &str =
    include_str!("../../../lessons/content/21-why-kubernetes/experiments/self-healing/world.yaml");
const EPOCH: Time = Time(1_767_225_600_000);

struct Table {
    live: Live,
    files: Files,
    lang: Lang,
}

impl Table {
    fn new(lang: Lang) -> Self {
        Self::from(EPOCH, lang)
    }

    fn from(epoch: Time, lang: Lang) -> Self {
        Self::of(WORLD, epoch, lang)
    }

    fn of(world: &str, epoch: Time, lang: Lang) -> Self {
        let opened = Opened {
            config: Config { seed: 7, epoch, world: sandboxes::read_world(world).unwrap() },
            entries: Vec::new(),
            now: epoch.plus_ms(180_000),
            speed: Speed::default(),
            paused: true,
            may_write: ["machines", "signals", "traffics"].map(str::to_owned).to_vec(),
        };
        let given: BTreeMap<String, String> =
            [("cm.yaml".into(), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given}\n".into())].into();
        Self {
            live: Live::open(opened, Arc::new(())).unwrap(),
            files: Files::new(given, BTreeMap::new()),
            lang,
        }
    }

    async fn run(&self, line: &str) -> Printed {
        print(self, line, super::TYPED_MAX).await
    }
}

impl Desk for Table {
    fn client(&self) -> kube::Client {
        self.live.client(learner())
    }
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.live.clock().now.0).unwrap()
    }
    fn lang(&self) -> Lang {
        self.lang
    }
    fn is_attended(&self) -> bool {
        false
    }
    fn history(&self) -> Vec<String> {
        vec!["kubectl get pods".into(), "lab help".into()]
    }
    fn files(&self) -> &Files {
        &self.files
    }
    fn editor(&self) -> Option<Arc<dyn Editor>> {
        None
    }
    fn begin(&self, _: &[String]) -> Option<Acted> {
        None
    }
    fn end<'a>(&'a self, _: &'a Acted, _: bool) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn lines_and_what_they_print() {
    let table = Table::new(Lang::En);
    for (line, stdout) in [
        ("kubectl get nodes -o name", "node/node-a\nnode/node-b\nnode/node-c\n"),
        ("k get nodes -o name | grep -v b | tail -1", "node/node-c\n"),
        ("k get nodes --no-headers | wc -l; echo $?", "3\n0\n"),
        ("k get pods -o json | jq '.items | length'", "6\n"),
        ("for n in a b; do echo node-$n; done", "node-a\nnode-b\n"),
        ("for n in {1..3}; do echo -n $n; done", "123"),
        ("n=$(k get nodes -o name | head -1); echo \"<$n>\"", "<node/node-a>\n"),
        ("k get nothing 2>/dev/null || echo no", "no\n"),
        ("k get nodes nothing 2>&1 >/dev/null | cut -d' ' -f1-3", "Error from server\n"),
        ("k get node node-a -o name && echo yes || echo no", "node/node-a\nyes\n"),
        ("echo a b | xargs -n 1 echo", "a\nb\n"),
        (
            "k create configmap a --from-literal=x=1 --dry-run=client -o yaml > a.yaml; ls",
            "a.yaml\ncm.yaml\n",
        ),
        ("cat a.yaml | k apply -f -", "configmap/a created\n"),
        ("cat cm.yaml | grep name", "metadata: {name: given}\n"),
        (
            "k apply -f - <<EOF\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\nEOF\necho done",
            "configmap/b created\ndone\n",
        ),
        ("grep -c name: < a.yaml", "1\n"),
        ("grep -n name cm.yaml > b.txt; cat b.txt; rm b.txt", "3:metadata: {name: given}\n"),
        ("cat cm.yaml > b.txt | wc -l; cat < b.txt | head -1 2>/dev/null; rm b.txt", "0\napiVersion: v1\n"),
        ("k get po nothing >all.txt 2>&1; wc -l all.txt; rm all.txt", "1 all.txt\n"),
        ("seq 3 > a.txt; wc -l a.txt cm.yaml; wc -l < a.txt; rm a.txt", "3 a.txt\n3 cm.yaml\n6 total\n3\n"),
        ("n=x; while [ \"$n\" != xxx ]; do n=${n}x; echo $n; done; echo $?", "xx\nxxx\n0\n"),
        (
            "until k get cm late -o name 2>/dev/null; do k create cm late; done",
            "configmap/late created\nconfigmap/late\n",
        ),
        (
            "if k get node node-a >/dev/null; then echo is; else echo no; fi; if [ 2 -gt 3 ]; then echo gt; fi",
            "is\n",
        ),
        (
            "k get deploy web -o yaml | sed 's/replicas: 6/replicas: 5/' | k apply --dry-run=server -f - 2>/dev/null | grep -c configured",
            "1\n",
        ),
        ("history | tail -1", "    2  lab help\n"),
        ("echo a; clear; echo b", "b\n"),
        ("exit; echo never", "The console stays open. Your cluster sleeps while nobody looks at it.\n"),
        ("# nothing", ""),
    ] {
        let printed = table.run(line).await;
        assert_eq!(
            (printed.output.of(false).as_str(), printed.output.of(true).as_str()),
            (stdout, ""),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_reader_that_has_enough_ends_the_command() {
    let table = Table::new(Lang::En);
    let printed = table.run("kubectl get nodes -w --no-headers | head -2 | awk '{print $1}'").await;
    assert_eq!((printed.output.of(false).as_str(), printed.exit_code), ("node-a\nnode-b\n", 0));
}

/// A cluster's time may be far ahead of the machine's: only the former counts.
#[tokio::test]
async fn what_holds_need_not_be_waited_for() {
    let table = Table::from(Time(4_102_444_800_000), Lang::En);
    for (line, stdout) in [
        ("kubectl wait --for=condition=Ready node/node-a --timeout=5s", "node/node-a condition met\n"),
        ("kubectl rollout status deploy/web --timeout=5s", "deployment \"web\" successfully rolled out\n"),
    ] {
        let printed = table.run(line).await;
        assert_eq!((printed.output.of(false).as_str(), printed.exit_code), (stdout, 0), "{printed:?}");
    }
}

#[tokio::test]
async fn both_streams_come_in_their_order() {
    let table = Table::new(Lang::En);
    let printed = table.run("echo a; kubectl get nosuch; echo b").await;
    assert_eq!(printed.output.text(), "a\nerror: the server doesn't have a resource type \"nosuch\"\nb\n");
}

#[tokio::test]
async fn lab_says_what_it_wrote() {
    let table = Table::new(Lang::Ko);
    let patch = |what: &str, spec: &str| {
        let (kind, name) = what.split_once('/').unwrap();
        format!(
            "{kind}.sim.pilothouse.dev/{name} patched\n# kubectl patch {kind} {name} --type=merge -p '{{\"spec\":{spec}}}'\n"
        )
    };
    for (line, stdout, stderr) in [
        ("lab unplug node-c", patch("machine/node-c", "{\"power\":\"Off\"}"), ""),
        (
            "lab unplug node/node-c",
            String::new(),
            "error: machine/node-c은(는) 이미 뽑혀 있어요 (spec.power: Off)\n",
        ),
        ("lab partition node-a", patch("machine/node-a", "{\"network\":\"Partitioned\"}"), ""),
        ("lab heal node-a", patch("machine/node-a", "{\"network\":\"Connected\"}"), ""),
        ("lab disk node-b slow", patch("machine/node-b", "{\"disk\":\"Slow\"}"), ""),
        ("lab capacity node-b cpu=4 pods=20", patch("machine/node-b", "{\"cpu\":\"4\",\"pods\":20}"), ""),
        ("lab traffic web 12.5", patch("traffic/web", "{\"ratePerSecond\":12.5}"), ""),
        (
            "lab traffic web many",
            String::new(),
            "error: 초당 요청 수가 \"many\"예요. 0부터 1000000까지의 수를 넣어 주세요.\n",
        ),
        (
            "lab disk node-b full",
            String::new(),
            "error: 디스크는 slow 아니면 normal이에요. \"full\"는 몰라요\n",
        ),
        (
            "lab plug node-x",
            String::new(),
            "Error from server (NotFound): machines.sim.pilothouse.dev \"node-x\" not found\n여기에 있는 것: node-a, node-b, node-c\n",
        ),
    ] {
        let printed = table.run(line).await;
        assert_eq!((printed.output.of(false), printed.output.of(true).as_str()), (stdout, stderr), "{line}");
    }
    let pod = table.run("kubectl get pods -o name | head -1").await.output.of(false);
    let killed = table.run(&format!("lab kill {pod}")).await;
    assert!(killed.output.of(false).starts_with("signal.sim.pilothouse.dev/web-"), "{killed:?}");
    assert!(killed.output.of(false).contains(" created\n# kubectl create -f - <<< '{"), "{killed:?}");
    let refused = table.run("lab crash shop-1.4").await.output.of(true);
    assert!(
        refused.contains("(Forbidden)") && refused.ends_with("이 실험에서는 images 종류를 바꿀 수 없어요.\n"),
        "{refused}"
    );
    for (line, words) in [
        ("lab", "쓰는 법"),
        ("lab help kill", "lab kill POD"),
        ("lab ls", "machine.sim.pilothouse.dev/node-a"),
    ] {
        assert!(table.run(line).await.output.of(false).contains(words), "{line}");
    }
    for (line, words) in
        [("lab unplg node-c", "혹시 lab unplug인가요?"), ("lab unplug", "lab unplug의 인자가 달라요")]
    {
        let printed = table.run(line).await;
        assert!(printed.exit_code == 1 && printed.output.of(true).contains(words), "{line}: {printed:?}");
    }
}

#[tokio::test]
async fn lab_kills_what_docker_runs_too() {
    const WORLD: &str = "
apiVersion: sim.pilothouse.dev/v1
kind: Machine
metadata: {name: box}
spec: {kubelet: false}
---
apiVersion: sim.pilothouse.dev/v1
kind: ComposeProject
metadata: {name: shop, namespace: default}
spec: {machine: box, services: {web: {image: 'shop:1.4'}}}
---
apiVersion: sim.pilothouse.dev/v1
kind: ComposeCommand
metadata: {name: up, namespace: default}
spec: {project: shop, args: [up, -d]}
";
    let table = Table::of(WORLD, EPOCH, Lang::En);
    for (line, container) in [
        ("lab kill shop-web-1", "shop-web-1"),
        ("lab kill default/shop-web-1", "shop-web-1"),
        ("lab kill composecontainer/shop-web-1", "shop-web-1"),
    ] {
        let said = table.run(line).await.output.of(false);
        let spec = format!("{{\"composeContainer\":\"{container}\",\"signal\":\"SIGKILL\"}}");
        assert!(said.starts_with(&format!("signal.sim.pilothouse.dev/{container}-")), "{line}: {said}");
        assert!(said.contains(&spec), "{line}: {said}");
    }
    for (line, why) in [
        (
            "lab kill composecontainer/shop-web-9",
            "composecontainers.sim.pilothouse.dev \"shop-web-9\" not found\nThere are: shop-web-1",
        ),
        ("lab kill shop-web-9", "pods \"shop-web-9\" not found"),
        ("lab kill pod/shop-web-1", "pods \"shop-web-1\" not found"),
    ] {
        let printed = table.run(line).await;
        assert!(printed.exit_code == 1 && printed.output.of(true).contains(why), "{line}: {printed:?}");
    }
}

#[tokio::test]
async fn what_is_not_here_is_told_kindly() {
    let table = Table::new(Lang::En);
    for (line, code, words) in [
        ("docker ps", 127, "docker: command not found\nThis console talks to a cluster"),
        ("helm list", 127, "`kubectl apply -f -` takes manifests"),
        ("vi web.yaml", 127, "the YAML tab edits objects"),
        ("get pods", 127, "Put kubectl in front"),
        ("cat nothing.yaml", 1, "cat: nothing.yaml: No such file or directory\nThere are: cm.yaml\n"),
        ("rm cm.yaml", 1, "a file of the exercise cannot be removed"),
        ("kubectl get pods | tr a b", 127, "Behind a | there are grep"),
        ("kubectl get pods | grep", 2, "grep: a pattern is missing"),
        ("while true; do true; done", 1, "one line may not do that much"),
        ("kubectl get pods &", 2, "one command at a time"),
        ("kubectl get 'pods", 2, "close it with the same quote"),
        ("k exec -it deploy/web -- sh", 1, "There is no shell inside a container to type into here"),
        ("watch", 1, "watch -n 2 kubectl get pods"),
        ("lab traffic web 500", 1, "500 requests a second are too many: traffic/web goes up to 100"),
        ("lab kill deploy/web", 1, "deploy/web is none. The pods: kubectl get pods"),
        ("sudo kubectl get pods", 127, "type it again without sudo"),
        ("$ kubectl get pods", 127, "The $ in front is the prompt"),
        ("kubectl get pod <name>", 2, "put the real name in the place of it"),
        ("grep a nothing.yaml", 2, "No such file or directory"),
        ("[ a -lt 1 ]", 2, "[: a: integer expression expected"),
        ("for i in {1..999}; do for j in {1..999}; do echo; done; done", 1, "one line may not do that much"),
    ] {
        let printed = table.run(line).await;
        assert_eq!(printed.exit_code, code, "{line}: {printed:?}");
        assert!(printed.output.of(true).contains(words), "{line}: {printed:?}");
    }
}

#[tokio::test]
async fn tab_knows_the_world() {
    let table = Table::new(Lang::En);
    for (line, from, words) in [
        ("kub", 0, "kubectl"),
        ("kubectl get pods | gre", 19, "grep"),
        ("lab unpl", 4, "unplug"),
        ("lab unplug node-", 11, "node-a node-b node-c"),
        ("kubectl apply -f c", 17, "cm.yaml"),
        ("k sca", 2, "scale"),
        ("watch -n 1 kubectl rollout st", 27, "status"),
        ("kubectl get po,deploym", 15, "deployments"),
        ("kubectl  get no node-", 16, "node-a node-b node-c"),
        ("echo a; kubectl describe node/node-a", 30, "node-a"),
        ("kubectl get pods --show-l", 17, "--show-labels"),
        ("kubectl get pods -o js", 20, "json jsonpath= jsonpath-as-json="),
        ("echo $(lab traffic w", 19, "web"),
        ("lab image shop-1.4 ready", 19, "readyMillis="),
        ("cat ", 4, "cm.yaml"),
        ("zzz", 0, ""),
    ] {
        let done = complete(&table, line).await;
        let texts: Vec<&str> = done.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!((done.from, texts.join(" ").as_str()), (from, words), "{line}");
    }
}

/// The page decides when to send, the server what it means: where the page waits, the server finds no whole script.
#[test]
fn page_and_server_agree_on_what_is_whole() {
    for text in [
        "kubectl get pods",
        "k apply -f - <<EOF",
        "k apply -f - <<'EOF'\na: 'b\nEOF",
        "k apply -f - <<-EOF | wc\n\ta\n\tEOF\n",
        "echo 'a",
        "echo \"a $(b \"c\")\"",
        "echo \"a $(b",
        "a |",
        "a && b ||",
        "a | \n b",
        "for i in 1 2; do echo $i",
        "for i in 1 2\ndo echo $i\ndone",
        "echo for done",
        "# it's",
        "echo a#'b'",
        "wc <<<x",
        "echo it\\'s",
    ] {
        use script::Problem::{OpenHereDocument, OpenQuote, Unfinished};
        let waits = matches!(script::read(text), Err(OpenHereDocument(_) | OpenQuote(_) | Unfinished(_)));
        assert_eq!(app::waits(text), waits, "{text:?}");
    }
}

#[test]
fn long_output_is_cut() {
    let mut printed = Printed::default();
    for _ in 0..3 {
        printed.stdout(&"가".repeat(OUTPUT_BYTES_MAX / 6));
    }
    assert!(printed.output.of(false).ends_with("가\n(cut)\n"), "{}", printed.output.of(false).len());
    assert!(printed.output.of(false).len() < OUTPUT_BYTES_MAX + 10);
}
