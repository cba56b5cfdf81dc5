//! Commands in a container of a small cluster.

use super::*;
use crate::{
    json,
    resources::{CONFIG_MAP, NAMESPACE, NODE, SECRET, SERVICE_ACCOUNT},
};

const START: Time = Time(1_795_480_245_000);

fn api() -> Api {
    let mut api = Api::new(1, START);
    let mut make = |resource, object| api.create(resource, Object(object)).unwrap();
    make(NAMESPACE, json!({"metadata": {"name": "default"}}));
    make(
        NODE,
        json!({"metadata": {"name": "a"}, "status": {"capacity": {"cpu": "4"}, "allocatable": {"cpu": "4"}}}),
    );
    make(SERVICE_ACCOUNT, json!({"metadata": {"name": "default"}}));
    make(CONFIG_MAP, json!({"metadata": {"name": "conf"}, "data": {"MODE": "blue", "app.ini": "a=1\n"}}));
    make(SECRET, json!({"metadata": {"name": "key"}, "data": {"token": "czNjcjN0"}}));
    let pod = json!({
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {
            "nodeName": "a",
            "containers": [{
                "name": "c", "image": "busybox:1.36", "command": ["sleep", "1d"], "workingDir": "/etc/conf",
                "resources": {"requests": {"cpu": "250m"}},
                "envFrom": [{"configMapRef": {"name": "conf"}, "prefix": "C_"}],
                "env": [
                    {"name": "GREETING", "value": "hi $(C_MODE) $$(X)"},
                    {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                    {"name": "CPUS", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                    {"name": "ASKS", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu", "divisor": "1m"}}},
                    {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "key", "key": "token"}}},
                ],
                "volumeMounts": [{"name": "v", "mountPath": "/etc/conf"}],
            }],
            "volumes": [{"name": "v", "configMap": {"name": "conf", "items": [{"key": "app.ini", "path": "app/ini"}]}}],
        },
    });
    make(POD, pod);
    let since = START;
    api.update_status(POD, &Key::new("default", "web"), |pod| {
        let mut status =
            json!({"podIP": "10.244.1.2", "containerStatuses": [{"name": "c", "state": {"running": {}}}]});
        status["containerStatuses"].list_mut().make_mut()[0]["state"]["running"].set("startedAt", since);
        status.set("startTime", since);
        pod.set("status", status);
    });
    api
}

fn open(api: &Api, argv: &[&str]) -> Session {
    let argv = argv.iter().map(|a| (*a).to_owned()).collect();
    let pod = Key::new("default", "web");
    Session::open(api, &Exec { pod, container: "c".into(), argv, stdin: false, tty: false })
}

#[test]
fn programs_print_what_the_container_is() {
    let api = api();
    for (argv, stdout, stderr, code) in [
        (&["hostname"][..], "web\n", "", 0),
        (&["printenv", "C_MODE"], "blue\n", "", 0),
        (&["printenv", "GREETING"], "hi blue $(X)\n", "", 0),
        (&["printenv", "APP"], "web\n", "", 0),
        (&["printenv", "CPUS"], "4\n", "", 0),
        (&["printenv", "ASKS"], "250\n", "", 0),
        (&["printenv", "TOKEN"], "s3cr3t\n", "", 0),
        (&["printenv", "NOPE"], "", "", 1),
        (&["cat", "app/ini"], "a=1\n", "", 0),
        (
            &["cat", "/etc/conf/../hostname", "x"],
            "web\n",
            "cat: can't open 'x': No such file or directory\n",
            1,
        ),
        (&["ls"], "app\n", "", 0),
        (&["ls", "/nope"], "", "ls: /nope: No such file or directory\n", 1),
        (&["date"], "Tue Nov 24 00:30:45 UTC 2026\n", "", 0),
        (&["sh", "-c", "false || echo $HOSTNAME; exit 3; echo no"], "web\n", "", 3),
        (&["sh", "-c", "test -f /etc/hosts && echo 'a  b'"], "a  b\n", "", 0),
        (&["sh", "-c", "nope; echo $?"], "127\n", "sh: nope: not found\n", 0),
        (&["sh", "-c", "echo a & echo b"], "", "sh: syntax error: unexpected \"&\"\n", 2),
        (&["sh", "-c", "if true; then echo a"], "", "sh: syntax error: unexpected \"end of file\"\n", 2),
        (&["sh", "-c", "for x in b a b; do echo $x; done | sort | uniq -c"], "      1 a\n      2 b\n", "", 0),
        (&["sh", "-c", "seq 20 | grep 1 | head -n 2 && seq 3 | tail -1"], "1\n10\n3\n", "", 0),
        (
            &["sh", "-c", "echo a | grep -q b || echo none; ls /nope | wc -l"],
            "none\n0\n",
            "ls: /nope: No such file or directory\n",
            0,
        ),
        (
            &[
                "sh",
                "-c",
                "for i in 1 2 3 4; do if [ $i = 2 ]; then continue; elif [ $i = 4 ]; then break; else echo $i; fi; done",
            ],
            "1\n3\n",
            "",
            0,
        ),
        (
            &[
                "sh",
                "-c",
                "while true; do for i in 1 2; do echo $i; done; break; done; { echo c; exit 4; } > f; echo no",
            ],
            "1\n2\n",
            "",
            4,
        ),
        (&["sh", "-c", "if ! [ -f /etc/hosts ]; then exit 3; fi; echo 'echo run' > s; sh s"], "run\n", "", 0),
        (&["sh", "nosuch.sh"], "", "sh: can't open 'nosuch.sh': No such file or directory\n", 2),
        (&["sh", "-c", "echo 'sh s' > s; sh s"], "", "sh: too many shells within shells\n", 2),
        (&["hostname", "-i"], "10.244.1.2\n", "", 0),
        (
            &["ping", "-c1", "web"],
            "",
            "ping: not simulated in this sandbox (a real container of this image may have it)\n",
            126,
        ),
        (&["kill", "-9", "1"], "", "", 0),
        (&["kill", "-TERM", "99"], "", "kill: can't kill pid 99: No such process\n", 1),
        (&["kill", "-FOO", "1"], "", "kill: bad signal name 'FOO'\n", 1),
        (&["kill"], "", "kill: you need to specify whom to kill\n", 1),
        (&["sh", "-c", "echo \"${APP}!\" # done"], "web!\n", "", 0),
        (&["/bin/echo", "-n", "x"], "x", "", 0),
        (&["printf", "%s=%d\\n", "a", "1"], "a=1\n", "", 0),
        (
            &["sh", "-c", "i=1; until [ $i = 4 ]; do echo \"$i: $(hostname)\"; i=$((i+1)); done"],
            "1: web\n2: web\n3: web\n",
            "",
            0,
        ),
        (
            &["sh", "-c", "for i in 1 'a b' $(seq 2 4); do echo \"<$i>\"; done; echo $i"],
            "<1>\n<a b>\n<2>\n<3>\n<4>\n4\n",
            "",
            0,
        ),
        (&["sh", "-c", "for i in $(seq 3); do [ $i = 2 ] && exit 5; echo $i; done"], "1\n", "", 5),
        (&["seq", "x"], "", "seq: invalid number 'x'\n", 1),
        (
            &["sh", "-c", "echo a > f; echo b >> f; cat f; echo no >/dev/null; echo err >&2"],
            "a\nb\n",
            "err\n",
            0,
        ),
        (&["sh", "-c", "ls /nope 2>/dev/null; printf \"x\\n\""], "x\n", "", 0),
        (
            &["sh", "-c", "nslookup db.x.svc.cluster.local || echo $?"],
            "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find db.x.svc.cluster.local: NXDOMAIN\n\n\
            ** server can't find db.x.svc.cluster.local: NXDOMAIN\n\n1\n",
            "",
            0,
        ),
    ] {
        let printed = open(&api, argv).run(START).unwrap();
        let got = (printed.stdout.as_str(), printed.stderr.as_str(), printed.code);
        assert_eq!(got, (stdout, stderr, code), "{argv:?}");
    }
    let refused = open(&api, &["curl", "web"]).run(START).unwrap_err();
    let (before, after) = refused.split_once("failed to start exec \"").unwrap();
    assert_eq!(before, "error executing command in container: failed to exec in container: ");
    assert!(after[..64].chars().all(|c| c.is_ascii_hexdigit()), "{after}");
    assert!(after.ends_with("exec: \"curl\": executable file not found in $PATH: unknown"));
    assert!(open(&api, &["ps"]).run(START).unwrap().stdout.contains("    1 root      0:00 sleep 1d\n"));
}

#[test]
fn time_passes_while_commands_sleep() {
    let api = api();
    for (argv, ms) in [
        (&["sleep", "2"][..], 2000),
        (&["sleep", "0.5"], 500),
        (&["sh", "-c", "sleep 1; sleep 1m"], 61_000),
        (&["sleep", "x"], 0),
        (&["sleep", "99h"], 3_600_000),
    ] {
        assert_eq!(open(&api, argv).run(START).unwrap().takes_ms, ms, "{argv:?}");
    }
}

/// What a running container has is what there was when it started; its volumes follow within a minute.
#[test]
fn a_changed_config_map_reaches_volumes_and_not_the_environment() {
    let mut api = api();
    api.set_now(START.plus_ms(10_000));
    let key = Key::new("default", "conf");
    api.modify(CONFIG_MAP, &key, crate::api::Subresource::Main, |conf| {
        conf["data"].set("MODE", "green");
        conf["data"].set("app.ini", "a=2\n");
    });
    for (after_ms, ini) in [(10_000, "a=1\n"), (59_000, "a=1\n"), (61_000, "a=2\n")] {
        api.set_now(START.plus_ms(after_ms));
        let print = |argv: &[&str]| open(&api, argv).run(api.now()).unwrap().stdout;
        assert_eq!(print(&["printenv", "C_MODE"]), "blue\n");
        assert_eq!(print(&["cat", "app/ini"]), ini, "after {after_ms} ms");
    }
}

#[test]
fn a_shell_remembers_where_it_is() {
    let api = api();
    let mut shell = open(&api, &["sh"]);
    assert!(shell.is_shell() && !open(&api, &["sh", "-c", "ls"]).is_shell());
    assert_eq!(shell.prompt(), "/etc/conf # ");
    for (line, stdout) in
        [("pwd", "/etc/conf\n"), ("cd ..", ""), ("pwd", "/etc\n"), ("export A=b", ""), ("echo $A", "b\n")]
    {
        assert_eq!(shell.line(line, START).stdout, stdout, "{line}");
    }
    assert_eq!((shell.line("exit 4", START).code, shell.ended()), (4, true));
}
