//! What is read, and what is refused.

use super::*;

/// A script, written short: words apart by spaces, quotes gone, what is not text in `<>`.
fn shown(script: &Script) -> String {
    let word = |w: &Word| {
        w.0.iter()
            .map(|p| match p {
                Part::Text(t) | Part::Quoted(t) => t.clone(),
                Part::Var { name, quoted } => format!("<{}{name}>", if *quoted { "\"" } else { "" }),
                Part::Output { script, .. } => format!("<{}>", shown(script)),
            })
            .collect::<String>()
    };
    let command = |c: &Command| {
        let words = c.words.iter().map(word);
        let redirects = c.redirects.iter().map(|r| match r {
            Redirect::From(w) => format!("[from {}]", word(w)),
            Redirect::To { stream, file, append } => {
                format!("[{stream} to {}{}]", word(file), if *append { "+" } else { "" })
            }
            Redirect::BothTo(w) => format!("[both to {}]", word(w)),
            Redirect::Merge { into } => format!("[into {into}]"),
            Redirect::Text(w) => format!("[{:?}]", word(w)),
        });
        words.chain(redirects).collect::<Vec<_>>().join(" ")
    };
    let step = |s: &Step| {
        let joint = match s.joint {
            Joint::Always => "",
            Joint::IfGood => "and ",
            Joint::IfBad => "or ",
        };
        let what = match &s.what {
            What::Pipe(commands) => commands.iter().map(command).collect::<Vec<_>>().join(" | "),
            What::For { name, words, body } => {
                format!(
                    "for {name} {} {{{}}}",
                    words.iter().map(word).collect::<Vec<_>>().join(","),
                    shown(body)
                )
            }
            What::While { until, condition, body } => {
                let word = if *until { "until" } else { "while" };
                format!("{word} {{{}}} {{{}}}", shown(condition), shown(body))
            }
            What::If { arms, otherwise } => {
                let arms = arms.iter().map(|(c, then)| format!("if {{{}}} {{{}}}", shown(c), shown(then)));
                arms.chain([format!("else {{{}}}", shown(otherwise))]).collect::<Vec<_>>().join(" ")
            }
        };
        format!("{joint}{what}")
    };
    script.0.iter().map(step).collect::<Vec<_>>().join("; ")
}

#[test]
fn lines_become_trees() {
    for (text, expect) in [
        ("", ""),
        ("# nothing", ""),
        ("kubectl get pods # all", "kubectl get pods"),
        ("a; b && c || d\ne", "a; b; and c; or d; e"),
        ("k get po|grep -v 'a b'", "k get po | grep -v a b"),
        ("k get po |\n  wc -l", "k get po | wc -l"),
        ("a \\\n  -b", "a -b"),
        ("while a; do b; c; done; d", "while {a} {b; c}; d"),
        ("until a && b\ndo c\ndone", "until {a; and b} {c}"),
        ("if a; then b; fi", "if {a} {b} else {}"),
        ("if a; then b; elif c; then d; else e; fi && f", "if {a} {b} if {c} {d} else {e}; and f"),
        ("if a; then while b; do c; done; fi", "if {a} {while {b} {c}} else {}"),
        ("echo a\\ b \"c $X ${Y}\" '$Z' $? 5$", "echo a b c <\"X> <\"Y> $Z <?> 5$"),
        ("k logs $(k get po -o name | head -1)", "k logs <k get po -o name | head -1>"),
        ("k logs \"$(k get po -l \"a=b\")\"", "k logs <k get po -l a=b>"),
        ("k logs `k get po`", "k logs <k get po>"),
        ("k apply -f - <<EOF\na: 1\nEOF\nb", "k apply -f - [\"a: 1\\n\"]; b"),
        ("k apply -f - <<-'EOF' && b\n\ta: $X\n\tEOF", "k apply -f - [\"a: $X\\n\"]; and b"),
        ("k apply -f - <<EOF\na: $X\nEOF", "k apply -f - [\"a: <\\\"X>\\n\"]"),
        ("cat <<A <<B\n1\nA\n2\nB\n", "cat [\"1\\n\"] [\"2\\n\"]"),
        (
            "k get po 2>&1 >/dev/null >>x <y <<<z",
            "k get po [into 1] [1 to /dev/null] [1 to x+] [from y] [\"z\\n\"]",
        ),
        ("k get po &>x 2>y", "k get po [both to x] [2 to y]"),
        ("for i in 1 2; do echo $i; b; done; c", "for i 1,2 {echo <i>; b}; c"),
        ("for i in a\ndo\necho $i\ndone", "for i a {echo <i>}"),
        ("k get po -o jsonpath={.items[*].metadata.name}", "k get po -o jsonpath={.items[*].metadata.name}"),
        ("k label po x a=\"<<b\" c#d", "k label po x a=<<b c#d"),
        ("한글 '파드'", "한글 파드"),
    ] {
        assert_eq!(read(text).map(|s| shown(&s)), Ok(expect.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_script() {
    use Problem::*;
    for (text, expect) in [
        ("get 'po", OpenQuote('\'')),
        ("get \"po", OpenQuote('"')),
        ("k apply <<EOF\na: 1", OpenHereDocument("EOF".into())),
        ("k apply <<EOF", OpenHereDocument("EOF".into())),
        ("a |", Unfinished("|".into())),
        ("a &&", Unfinished("&&".into())),
        ("a $(b", Unfinished("$(".into())),
        ("for i in 1; do a", Unfinished("done".into())),
        ("for i in 1", Unfinished("do".into())),
        ("a >", Unfinished(">".into())),
        ("a ;; b", Unexpected(";;".into())),
        ("| a", Unexpected("|".into())),
        ("a | | b", Unexpected("|".into())),
        ("done", Unexpected("done".into())),
        ("a &", Unknown("&".into())),
        ("while true; do a", Unfinished("done".into())),
        ("if a; then b; else c", Unfinished("fi".into())),
        ("if a; do b; fi", Unexpected("do".into())),
        ("time a", Unknown("time".into())),
        ("(a)", Unknown("( )".into())),
        ("echo $((1+1))", Unknown("$(( ))".into())),
        ("echo ${X:-1}", Unknown("${…}".into())),
    ] {
        assert_eq!(read(text), Err(expect), "{text}");
    }
}
