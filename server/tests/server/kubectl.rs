//! Real `kubectl` against the real server: every version that is installed takes a sandbox for a cluster.
//!
//! Looks for `kubectl` on the PATH and for `kubectl.1.NN` beside it. Where there is none it says so and is done.
use std::{
    env,
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
};

use wire::learner::Lang;

use super::support::{Folder, Learner, PATIENCE, Running, Server, lines_of, wait_for};

const DEPLOYMENT: &str = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "extra"}, "spec": {
    "selector": {"matchLabels": {"app": "extra"}}, "template": {"metadata": {"labels": {"app": "extra"}},
    "spec": {"containers": [{"name": "shop", "image": "shop:1.4"}]}}}}"#;
const CONFIG_MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: note
data:
  greeting: hello
";

const UNKNOWN_FIELD: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: unknown}
spec: {replicaz: 1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}
";
const APPLIED: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: applied
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: applied}}
  template:
    metadata: {labels: {app: applied}}
    spec:
      containers: [{name: shop, image: 'shop:1.4', ports: [{containerPort: 80}], resources: {requests: {cpu: 100m}}}]
---
apiVersion: sim.pilothouse.dev/v1
kind: Traffic
metadata: {name: applied}
spec: {service: web, ratePerSecond: 1}
";

#[test]
fn every_installed_kubectl_works() {
    let kubectls = installed();
    if kubectls.is_empty() {
        println!("skipped: there is no kubectl on the PATH");
        return;
    }
    let home = Folder::new();
    let server = Server::start(&home.0.join("data"));
    for kubectl in kubectls {
        // A learner of its own each: nothing of one version is in the way of the next.
        let learner = Learner::arrive(&server, Lang::En);
        let kubeconfig = home.0.join(format!("{}.kubeconfig", learner.sandbox));
        fs::write(&kubeconfig, learner.kubeconfig(&server)).unwrap();
        let kubectl = Kubectl { binary: kubectl, kubeconfig, home: home.0.clone() };
        println!("{}: {}", kubectl.binary.display(), kubectl.version());
        kubectl.reads();
        kubectl.writes();
        kubectl.makes();
        kubectl.applies();
        kubectl.explains();
        kubectl.is_refused();
        kubectl.executes();
        kubectl.watches();
        kubectl.evicts();
    }
}

impl Kubectl {
    fn reads(&self) {
        let pods = self.check(
            &["get", "pods"],
            "",
            &["NAME", "READY", "STATUS", "RESTARTS", "AGE", "web-", "1/1", "Running"],
        );
        assert_eq!(pods.lines().count(), 7, "a heading and six pods:\n{pods}");
        self.check(&["get", "nodes", "-o", "wide"], "", &["node-a", "node-b", "node-c", "Ready", "v1.33"]);
        self.check(&["get", "pods", "-l", "app=web", "-o", "name"], "", &["pod/web-"]);
        self.check(
            &["describe", "deploy", "web"],
            "",
            &[
                "Name:                   web",
                "6 desired",
                "6 available",
                "RollingUpdate",
                "shop:1.4",
                "NewReplicaSet:",
                "Events:",
            ],
        );
    }

    fn writes(&self) {
        self.check(&["create", "-f", "-"], CONFIG_MAP, &["configmap/note created"]);
        self.check(&["get", "configmap", "note", "-o", "jsonpath={.data.greeting}"], "", &["hello"]);
        self.check(&["delete", "configmap", "note"], "", &["configmap \"note\" deleted"]);
        self.check(
            &["create", "-f", "-", "--validate=strict"],
            DEPLOYMENT,
            &["deployment.apps/extra created"],
        );
        self.check(&["get", "deployment", "extra"], "", &["NAME", "UP-TO-DATE", "AVAILABLE", "extra"]);
        self.check(&["delete", "deployment", "extra"], "", &["deployment.apps \"extra\" deleted"]);
        self.check(&["scale", "deployment", "web", "--replicas=5"], "", &["deployment.apps/web scaled"]);
        let wanted = self.check(&["get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"], "", &[]);
        assert_eq!(wanted, "5");
    }

    /// Commands that make their objects themselves: newer kubectls send them in protobuf.
    fn makes(&self) {
        for (argv, words) in [
            ("create namespace made", "namespace/made created"),
            ("create configmap made --from-literal=a=b --from-literal=c=", "configmap/made created"),
            (
                "create deployment made --image=shop:1.4 --replicas=2 --port=80",
                "deployment.apps/made created",
            ),
            ("expose deployment made --name=made --port=80 --target-port=8080", "service/made exposed"),
            ("create service nodeport other --tcp=80:web", "service/other created"),
            ("run made --image=shop:1.4 --env=A=1 --restart=Never", "pod/made created"),
            ("scale deployment made --replicas=0", "deployment.apps/made scaled"),
            ("set image deployment/made shop=shop:1.5", "deployment.apps/made image updated"),
            ("rollout restart deployment made", "deployment.apps/made restarted"),
            ("rollout pause deployment made", "deployment.apps/made paused"),
            ("cordon node-c", "node/node-c cordoned"),
            ("uncordon node-c", "node/node-c uncordoned"),
        ] {
            self.check(&argv.split(' ').collect::<Vec<_>>(), "", &[words]);
        }
        for (argv, expect) in [
            ("get configmap made -o jsonpath={.data}", r#"{"a":"b","c":""}"#),
            (
                "get service made -o jsonpath={.spec.ports[0].targetPort}/{.spec.selector}",
                r#"8080/{"app":"made"}"#,
            ),
            ("get service other -o jsonpath={.spec.type}/{.spec.ports[0].targetPort}", "NodePort/web"),
            ("get deployment made -o jsonpath={.spec.replicas}/{.spec.paused}", "0/true"),
            (
                "get pod made -o jsonpath={.spec.restartPolicy}/{.spec.containers[0].env}",
                r#"Never/[{"name":"A","value":"1"}]"#,
            ),
        ] {
            assert_eq!(self.check(&argv.split(' ').collect::<Vec<_>>(), "", &[]), expect, "{argv}");
        }
        self.check(
            &["delete", "pod", "made", "--grace-period=0", "--force"],
            "",
            &["pod \"made\" force deleted"],
        );
    }

    fn applies(&self) {
        let manifest = |replicas: &str| APPLIED.replace("REPLICAS", replicas);
        let apply = ["apply", "-f", "-"];
        self.check(
            &apply,
            &manifest("1"),
            &["deployment.apps/applied created", "traffic.sim.pilothouse.dev/applied created"],
        );
        let same = self.run(&["diff", "-f", "-"], &manifest("1"));
        assert_eq!((same.status.code(), String::from_utf8_lossy(&same.stdout).as_ref()), (Some(0), ""));
        let other = self.run(&["diff", "-f", "-"], &manifest("2"));
        assert_eq!(other.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&other.stdout).contains("\n-  replicas: 1\n+  replicas: 2\n"));
        self.check(
            &apply,
            &manifest("2"),
            &["deployment.apps/applied configured", "traffic.sim.pilothouse.dev/applied unchanged"],
        );
        self.check(&apply, &manifest("2"), &["deployment.apps/applied unchanged"]);
    }

    fn explains(&self) {
        let words = [
            "KIND:",
            "Pod",
            "VERSION:",
            "v1",
            "imagePullPolicy\t<string>",
            "IfNotPresent",
            "ports\t<[]ContainerPort>",
        ];
        self.check(&["explain", "pods.spec.containers"], "", &words);
        self.check(
            &["explain", "deployment", "--recursive"],
            "",
            &["apps", "maxSurge\t<IntOrString>", "matchLabels\t<map[string]string>"],
        );
        self.check(&["explain", "machines.spec.power"], "", &["sim.pilothouse.dev", "power <string>", "On"]);
        let old = ["explain", "pods.spec.restartPolicy", "--output=plaintext-openapiv2"];
        self.check(
            &old,
            "",
            &["KIND:     Pod", "FIELD:    restartPolicy <string>", "Restart policy for all containers"],
        );
    }

    fn is_refused(&self) {
        for (argv, stdin, words) in [
            (
                ["get", "pods", "nobody"].as_slice(),
                "",
                "Error from server (NotFound): pods \"nobody\" not found",
            ),
            (
                &["patch", "image", "shop-1.4", "--type=merge", "-p", r#"{"spec":{"pullMillis":1}}"#],
                "",
                "Error from server (Forbidden): images.sim.pilothouse.dev \"shop-1.4\" is forbidden: User \"learner\" cannot patch resource \"images\" in API group \"sim.pilothouse.dev\" at the cluster scope",
            ),
            (&["get", "nonsense"], "", "the server doesn't have a resource type \"nonsense\""),
            (
                &["delete", "configmap", "note"],
                "",
                "Error from server (NotFound): configmaps \"note\" not found",
            ),
            (&["create", "-f", "-"], "kind: [broken", "error converting YAML to JSON"),
            (&["create", "-f", "-"], UNKNOWN_FIELD, "unknown field \"spec.replicaz\""),
            (&["explain", "pods.spec.nosuch"], "", "field \"nosuch\" does not exist"),
        ] {
            let output = self.run(argv, stdin);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{argv:?}: {stderr}");
            assert!(stderr.contains(words), "{argv:?} said {stderr:?}, not {words:?}");
        }
    }

    /// Commands in a container go over WebSocket, which kubectl speaks since 1.30; older ones hear why not.
    fn executes(&self) {
        let pod = self.check(
            &["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"],
            "",
            &[],
        );
        let exec = |argv: &[&str], stdin: &str| {
            let output = self.run(&[&["exec", "-i", &pod, "--"], argv].concat(), stdin);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        };
        if self.minor() < 30 {
            let (code, _, stderr) = exec(&["hostname"], "");
            assert_eq!(code, Some(1), "{stderr}");
            assert!(stderr.contains("use kubectl 1.30 or newer"), "{stderr}");
            return;
        }
        for (argv, stdin, code, stdout, stderr) in [
            (&["hostname"][..], "", 0, format!("{pod}\n"), ""),
            (
                &["sh", "-c", "echo to out; exit 3"],
                "",
                3,
                "to out\n".into(),
                "command terminated with exit code 3\n",
            ),
            (&["cat", "/nope"], "", 1, String::new(), "cat: can't open '/nope': No such file"),
            (&["sh"], "cd /etc\npwd\nexit", 0, "/etc\n".into(), ""),
            (&["nope"], "", 1, String::new(), "exec: \"nope\": executable file not found in $PATH"),
        ] {
            let got = exec(argv, stdin);
            assert_eq!((got.0, got.1), (Some(code), stdout), "{argv:?}: {}", got.2);
            assert!(got.2.contains(stderr), "{argv:?}: {}", got.2);
        }
        let nobody = self.run(&["exec", "nobody", "--", "ls"], "");
        assert!(String::from_utf8_lossy(&nobody.stderr).contains("pods \"nobody\" not found"), "{nobody:?}");
    }

    /// `get -w` shows what is there, and then that a pod leaves.
    fn watches(&self) {
        let mut watching =
            Running(self.command(&["get", "pods", "-w"]).stdout(Stdio::piped()).spawn().unwrap());
        let lines = lines_of(watching.0.stdout.take().unwrap());
        let first = wait_for(&lines, "the heading of `get pods -w`", |line| line.starts_with("NAME"));
        assert!(first.contains("READY"), "{first}");
        // The one that `writes` has no replica left for may be on its way already.
        let stays = |line: &str| line.starts_with("web-") && line.contains("Running");
        let pod = wait_for(&lines, "a first pod", stays);
        let pod = pod.split_whitespace().next().unwrap();
        self.check(&["delete", "pod", pod, "--wait=false"], "", &[&format!("pod \"{pod}\" deleted")]);
        wait_for(&lines, "the pod's end", |line| line.starts_with(pod) && line.contains("Terminating"));
    }

    /// Nobody looks at the page, so its time stands still and no pod ends; but all are asked to.
    fn evicts(&self) {
        let drain = self.run(&["drain", "node-b", "--force", "--ignore-daemonsets", "--timeout=1s"], "");
        assert!(String::from_utf8_lossy(&drain.stdout).contains("evicting pod default/web-"), "{drain:?}");
        let leaving =
            "jsonpath={range .items[*]}{.metadata.deletionTimestamp}{\" \"}{.spec.nodeName}{\"\\n\"}{end}";
        let pods = self.check(&["get", "pods", "-l", "app=web", "-o", leaving], "", &["Z node-b\n"]);
        assert!(!pods.contains("\n node-b"), "{pods}");
    }

    /// Demands exit code 0 and every one of `words` on stdout; gives stdout.
    fn check(&self, argv: &[&str], stdin: &str, words: &[&str]) -> String {
        let output = self.run(argv, stdin);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{argv:?} ended with {}:\n{stdout}{stderr}", output.status);
        for word in words {
            assert!(stdout.contains(word), "{argv:?} did not say {word:?}:\n{stdout}{stderr}");
        }
        stdout
    }

    fn run(&self, argv: &[&str], stdin: &str) -> Output {
        let mut child = self
            .command(argv)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // kubectl may end without reading it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let (done, ended) = mpsc::channel();
        let id = child.id();
        thread::spawn(move || done.send(child.wait_with_output()));
        ended
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("kubectl {argv:?} (process {id}) did not end in {PATIENCE:?}"))
            .unwrap()
    }

    fn command(&self, argv: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(argv).env("KUBECONFIG", &self.kubeconfig).env("HOME", &self.home).env("NO_PROXY", "*");
        command
    }

    fn minor(&self) -> u32 {
        let version = self.version();
        let minor = version.split("v1.").nth(1).and_then(|rest| rest.split('.').next());
        minor.and_then(|minor| minor.parse().ok()).unwrap_or_else(|| panic!("{version}"))
    }

    fn version(&self) -> String {
        let output = self.run(&["version", "--client"], "");
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
    }
}

struct Kubectl {
    binary: PathBuf,
    kubeconfig: PathBuf,
    home: PathBuf,
}

/// `kubectl` of the PATH, and its siblings of other versions.
fn installed() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let Some(first) = env::split_paths(&path).map(|dir| dir.join("kubectl")).find(|file| file.is_file())
    else {
        return Vec::new();
    };
    let real = fs::canonicalize(&first).unwrap();
    let is_sibling = |file: &Path| {
        file.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("kubectl.1."))
    };
    let mut siblings: Vec<PathBuf> = fs::read_dir(real.parent().unwrap())
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| is_sibling(file))
        .collect();
    siblings.sort();
    siblings.insert(0, first);
    siblings
}
