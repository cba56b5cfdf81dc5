//! Command lines of filters over a table, and over JSON.

use super::*;

const PODS: &str = "NAME    READY   STATUS    RESTARTS   AGE
web-a   1/1     Running   0          9s
web-b   0/1     Pending   2          10s
db-0    1/1     Running   11         2s
";

/// Runs `line`, filters apart by ` | `, over a text.
fn run(line: &str, text: &str) -> (String, i32, String) {
    let mut chain = Chain::default();
    for command in line.split(" | ") {
        let argv = shlex::split(command).unwrap();
        chain.push(filter(&argv).unwrap().unwrap_or_else(|e| panic!("{command}: {e}")).filter);
    }
    let mut out = String::new();
    chain.text(text, &mut |t| out.push_str(t));
    let ended = chain.end(&mut |t| out.push_str(t));
    (out, ended.code, ended.problem)
}

#[track_caller]
fn check(line: &str, text: &str, expect: &str) {
    assert_eq!(run(line, text).0, expect, "{line}");
}

#[test]
fn tables_are_filtered() {
    for (line, expect) in [
        ("grep web-a", "web-a   1/1     Running   0          9s\n"),
        ("grep -c web", "2\n"),
        ("grep -ci WEB", "2\n"),
        ("grep -vc Running", "2\n"),
        ("grep -n db", "4:db-0    1/1     Running   11         2s\n"),
        ("grep -o 'web-[a-z]'", "web-a\nweb-b\n"),
        ("grep -oE '[0-9]+/[0-9]+'", "1/1\n0/1\n1/1\n"),
        ("grep -E 'Pending|db' | awk '{print $1}'", "web-b\ndb-0\n"),
        ("grep 'Pending\\|db' | wc -l", "2\n"),
        ("grep -w web | wc -l", "2\n"),
        ("grep -A1 web-a | awk '{print $1}'", "web-a\nweb-b\n"),
        ("grep -B 1 db | awk '{print $1}'", "web-b\ndb-0\n"),
        ("grep -C1 -n web-a | cut -c 1-7", "1-NAME \n2:web-a\n3-web-b\n"),
        ("grep -A0 -B0 -e web-a -e db-0 | wc -l", "2\n"),
        ("grep -F 1/1 | head -n 1 | cut -d ' ' -f1", "web-a\n"),
        ("head -2 | tail -1 | awk '{print $1}'", "web-a\n"),
        ("head -n -3 | wc -w", "5\n"),
        ("tail -n +2 | sort -k4,4n | awk '{print $4}'", "0\n2\n11\n"),
        ("tail -n +2 | sort -rnk4 | awk '{print $4}'", "11\n2\n0\n"),
        ("tail -n +2 | sort -k3 -r | awk '{print $3}' | uniq -c", "      2 Running\n      1 Pending\n"),
        ("tail -n +2 | awk '{print $3}' | sort -u", "Pending\nRunning\n"),
        ("awk 'NR>1 {print $1\":\"$NF}'", "web-a:9s\nweb-b:10s\ndb-0:2s\n"),
        ("awk '$3==\"Pending\" {print $1, $4}'", "web-b 2\n"),
        ("awk '/db/'", "db-0    1/1     Running   11         2s\n"),
        ("tail -c 4", " 2s\n"),
        ("head -c 4", "NAME"),
        ("wc", "      4      20     162\n"),
        ("cat | wc -c", "162\n"),
    ] {
        check(line, PODS, expect);
    }
    for (line, expect) in [
        ("sed 1d | sed 's/^\\(web\\)-\\(.\\) .*/\\2-\\1/' | head -2", "a-web\nb-web\n"),
        ("sed -n '2,3p' | sed -E 's#[ ]+# #g' | cut -d' ' -f1,3", "web-a Running\nweb-b Pending\n"),
        ("sed -n '$p' | awk '{print $1}'", "db-0\n"),
        ("sed '/web/d; 1d' | sed -n 's/DB/<&>/pi'", "<db>-0    1/1     Running   11         2s\n"),
        ("sed 1d | awk '{print $1, $3}' | column -t", "web-a  Running\nweb-b  Pending\ndb-0   Running\n"),
    ] {
        check(line, PODS, expect);
    }
    check("column -t -s:", "이름:b\nc:d\n", "이름  b\nc     d\n");
    check("wc -w", "a b c", "3\n");
    check("wc -l", "a\nb", "1\n");
    check("cut -d: -f2-", "a:b:c\nd\n", "b:c\nd\n");
    check("uniq -d", "a\na\nb\n", "a\n");
    check("awk -F/ '{print $2}'", "pod/web\n", "web\n");
    check("sort -t: -k2 -n", "a:10\nb:9\n", "b:9\na:10\n");
}

#[test]
fn exit_codes_and_complaints() {
    assert_eq!(run("grep nothing", PODS).1, 1);
    assert_eq!(run("grep nothing | wc -l", PODS).1, 0);
    for (line, expect) in [
        ("grep", "grep: a pattern is missing: grep [-ivcnEow] [-A N] [-B N] [-C N] PATTERN\n"),
        ("grep -E '('", "grep: (: unclosed group\n"),
        ("head -n x", "head: invalid number of lines: 'x'\n"),
        ("tail -f", "tail: -f follows a file: `kubectl logs -f` and `kubectl get -w` follow a cluster\n"),
        (
            "awk '{print foo}'",
            "awk: foo: only [/PATTERN/ | NR>N | $N==\"TEXT\"] {print $1, \"text\", $NF} is understood here\n",
        ),
        (
            "sed x",
            "sed: expected s/OLD/NEW/, p or d, as in: sed 's/1.4/1.5/g', sed -n '2,4p', sed '/name/d'\n",
        ),
        ("sed s/a/b", "sed: unterminated `s' command\n"),
        ("column", "column: only tables are made here: column -t [-s SEPARATORS]\n"),
        ("cut -f 0", "cut: invalid field value '0'\n"),
        ("sort -k x", "sort: invalid key specification 'x': expected -k FIELD[,FIELD][nrf]\n"),
    ] {
        let argv = shlex::split(line).unwrap();
        assert_eq!(filter(&argv).unwrap().err().as_deref(), Some(expect), "{line}");
    }
    assert!(filter(&["docker".to_owned()]).is_none());
}

#[test]
fn a_full_filter_says_so() {
    let mut chain = Chain::default();
    chain.push(filter(&["head".to_owned(), "-1".to_owned()]).unwrap().unwrap().filter);
    let mut out = String::new();
    chain.text("a", &mut |t| out.push_str(t));
    assert!(!chain.is_full(), "a line that has begun is no line");
    chain.text("b\nc\n", &mut |t| out.push_str(t));
    assert!(chain.is_full());
    assert_eq!(out, "ab\n");
}
