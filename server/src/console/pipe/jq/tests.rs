//! Filters over a list as kubectl prints it.

use super::super::filter;

const PODS: &str = r#"{"kind":"List","items":[
 {"metadata":{"name":"web-a","labels":{"app":"web"}},"spec":{"nodeName":"a","containers":[{"image":"shop:1.4"}]},"status":{"phase":"Running","n":2}},
 {"metadata":{"name":"web-b","labels":{"app":"web"}},"spec":{"containers":[{"image":"shop:1.4"},{"image":"log:1"}]},"status":{"phase":"Pending","n":10}},
 {"metadata":{"name":"db-0","labels":{"app.k8s/name":"db"}},"spec":{"nodeName":"b","containers":[{"image":"pg:17"}]},"status":{"phase":"Running","n":1}}]}"#;

fn jq(line: &str, text: &str) -> (String, String, i32) {
    let argv = shlex::split(&format!("jq {line}")).unwrap();
    let mut filter = match filter(&argv).unwrap() {
        Ok(ready) => ready.filter,
        Err(why) => return (String::new(), why, 3),
    };
    let mut out = String::new();
    filter.line(text, &mut |_| {});
    let ended = filter.end(&mut |t| out.push_str(t));
    (out, ended.problem, ended.code)
}

#[test]
fn filters_people_use() {
    for (line, expect) in [
        ("-r '.items[].metadata.name'", "web-a\nweb-b\ndb-0\n"),
        ("'.items | length'", "3\n"),
        ("-r '.items[] | select(.status.phase==\"Running\") | .metadata.name'", "web-a\ndb-0\n"),
        ("-r '.items[] | select(.status.phase != \"Running\" and .status.n > 5).metadata.name'", "web-b\n"),
        (
            "-c '[.items[] | {name: .metadata.name, n: .status.n}]'",
            "[{\"name\":\"web-a\",\"n\":2},{\"name\":\"web-b\",\"n\":10},{\"name\":\"db-0\",\"n\":1}]\n",
        ),
        (
            "-r '.items[] | \"\\(.metadata.name) on \\(.spec.nodeName // \"nothing\")\"'",
            "web-a on a\nweb-b on nothing\ndb-0 on b\n",
        ),
        ("-r '.items[] | [.metadata.name, .status.n] | @tsv'", "web-a\t2\nweb-b\t10\ndb-0\t1\n"),
        ("-c '[.items[].spec.containers[].image] | unique'", "[\"log:1\",\"pg:17\",\"shop:1.4\"]\n"),
        ("-c '.items | map(.status.n) | add, max, (sort | reverse)'", "13\n10\n[10,2,1]\n"),
        ("-r '.items | sort_by(.status.n) | .[0].metadata.name, .[-1].metadata.name'", "db-0\nweb-b\n"),
        (
            "-c '.items | group_by(.status.phase) | map({(.[0].status.phase): length}) | add'",
            "{\"Pending\":1,\"Running\":2}\n",
        ),
        ("-r '.items[].metadata.labels[\"app.k8s/name\"] // empty'", "db\n"),
        ("-r '.items[].metadata.labels.\"app.k8s/name\"?'", "null\nnull\ndb\n"),
        ("-c '.items[0].metadata.labels | to_entries[] | [.key, .value]'", "[\"app\",\"web\"]\n"),
        ("-c '.items[0] | del(.metadata.labels, .spec, .status)'", "{\"metadata\":{\"name\":\"web-a\"}}\n"),
        ("-c '.items[0].status | .n |= . + 1 | .phase = \"x\"'", "{\"phase\":\"x\",\"n\":3}\n"),
        ("-c '[.items[] | select(.metadata.name | test(\"^web\")) | .status.n] | [.[] * 2]'", "[4,20]\n"),
        ("-r '.items[] | if .spec.nodeName then .spec.nodeName else \"-\" end'", "a\n-\nb\n"),
        ("-r '.items[1:][].metadata.name | ascii_upcase'", "WEB-B\nDB-0\n"),
        ("-c '.items[] as $p | $p.spec.containers | length'", "1\n2\n1\n"),
        ("-r --arg n web-a '.items[] | select(.metadata.name == $n) | .status.phase'", "Running\n"),
        ("-c '[limit(2; .items[].status.n)], first(.items[].status.n)'", "[2,10]\n2\n"),
        ("'.items[0].status'", "{\n  \"phase\": \"Running\",\n  \"n\": 2\n}\n"),
        ("-c '[.. | .image? // empty] | length'", "4\n"),
        ("-n '[range(3)] | join(\"-\")'", "\"0-1-2\"\n"),
    ] {
        let (out, problem, code) = jq(line, PODS);
        // whether objects keep the order of their keys is the JSON library's to say
        let sorted = |text: &str| {
            let mut chars: Vec<char> = text.chars().collect();
            chars.sort_unstable();
            chars
        };
        assert_eq!((sorted(&out), problem.as_str(), code), (sorted(expect), "", 0), "{line}: {out}");
    }
}

#[test]
fn mistakes_are_told() {
    for (line, expect, code) in [
        ("'.items.name'", "jq: error (at <stdin>:0): Cannot index array with \"name\"\n", 5),
        ("'.kind[]'", "jq: error (at <stdin>:0): Cannot iterate over string (\"List\")\n", 5),
        (
            "'.items[0] + 1'",
            "jq: error (at <stdin>:0): object ({\"metadata\"...) and number (1) cannot be added\n",
            5,
        ),
        ("'.items | '", "jq: error: syntax error, unexpected end of file\njq: 1 compile error\n", 3),
        ("'frobnicate'", "jq: error: frobnicate/0 is not defined\njq: 1 compile error\n", 3),
        ("'def f: f; f'", "jq: error: `def` is not in this console's jq\njq: 1 compile error\n", 3),
        ("'[range(100000000)]'", "jq: error: this filter does more than a console may\n", 5),
        (
            "'[range(5000) | [range(5000)] | length]'",
            "jq: error: this filter does more than a console may\n",
            5,
        ),
    ] {
        let (_, problem, got) = jq(line, PODS);
        assert_eq!((problem.as_str(), got), (expect, code), "{line}");
    }
    for long in [
        "try ".repeat(300) + ".",
        ".".to_owned() + &",.".repeat(300),
        "(".repeat(300),
        "[.]//".repeat(300) + ".",
    ] {
        let (_, problem, _) = jq(&format!("'{long}'"), PODS);
        assert!(problem.contains("shorter"), "{long}: {problem}");
    }
    assert_eq!(jq("'.'", "no json").2, 2);
    assert_eq!(jq("-e '.nothing'", "{}").2, 1);
}
