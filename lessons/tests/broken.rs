//! One small lesson, broken in one place at a time: every finding has its rule, file, line and column.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

const EXPERIMENT: &str = "experiments/plug/experiment.yaml";
const WORLD: &str = "experiments/plug/world.yaml";
const KO: &str = "lesson.ko.md";
const EN: &str = "lesson.en.md";
const SORT: &str = "widgets/wishes/sort.yaml";
const ADVISOR: &str = "widgets/adopt/advisor.yaml";
const RACE: &str = "widgets/race/race.yaml";
const GAME: &str = "widgets/placing/scheduler.yaml";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/21-small")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

/// A copy of the fixture with a current `of:`; the caller breaks it.
fn fresh() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("broken-{}-{number}", std::process::id()));
    let dir = root.join("21-small");
    copy(&fixture(), &dir);
    let stale = lessons::read(&dir).unwrap().findings;
    assert_eq!(stale.len(), 1, "{stale:?}");
    assert_eq!(stale[0].code, "stale-translation");
    let hash = stale[0].hint.rsplit("of: ").next().unwrap().to_owned();
    let text = fs::read_to_string(dir.join(EN)).unwrap().replace("HASH", &hash);
    fs::write(dir.join(EN), text).unwrap();
    dir
}

fn found(dir: &Path) -> Vec<String> {
    let all = match lessons::read(dir) {
        Ok(lesson) => lesson.findings,
        Err(found) => found,
    };
    for diagnostic in &all {
        assert!(diagnostic.render().contains(&diagnostic.message), "{}", diagnostic.render());
        assert!(lessons::rule(diagnostic.code).is_some(), "no sentence for {}", diagnostic.code);
    }
    let name = |d: &lessons::Diagnostic| d.file.rsplit('/').next().unwrap_or_default().to_owned();
    all.iter().map(|d| format!("{}:{}:{} {}", name(d), d.line, d.column, d.code)).collect()
}

/// Replaces text in a file of the fixture and expects a finding; the Korean hash is not at stake.
fn check(file: &str, cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> =
        cases.iter().filter_map(|(from, to, expect)| differs(file, from, to, expect)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differs(file: &str, from: &str, to: &str, expect: &str) -> Option<String> {
    let dir = fresh();
    let text = fs::read_to_string(dir.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(dir.join(file), text.replacen(from, to, 1)).unwrap();
    let found: Vec<String> =
        found(&dir).into_iter().filter(|f| file != KO || !f.ends_with("stale-translation")).collect();
    fs::remove_dir_all(dir.parent().unwrap()).unwrap();
    let label = || format!("{file}: {from:?} -> {to:?}\n expected {expect}\n found {found:?}");
    (!found.iter().any(|f| f == expect || f.strip_prefix("experiment.yaml:") == Some(expect))).then(label)
}

#[test]
fn the_fixture_itself_is_whole() {
    let dir = fresh();
    assert_eq!(found(&dir), Vec::<String>::new());
}

#[test]
fn prose() {
    check(
        KO,
        &[
            ("---\nnumber", "number", "lesson.ko.md:1:1 front-matter"),
            ("number: 21", "number: 22", "lesson.ko.md:2:1 number"),
            ("number: 21", "number: many", "lesson.ko.md:2:9 yaml"),
            ("part: 1부", "part: ''", "lesson.ko.md:4:1 empty"),
            ("part: 1부", "part: 1부\ncolour: red", "lesson.ko.md:5:1 unknown-field"),
            ("part: 1부\n", "", "lesson.ko.md:4:1 missing-field"),
            ("## 처음", "### 처음", "lesson.ko.md:8:1 heading-order"),
            ("## 처음", "# 처음", "lesson.ko.md:8:1 heading-order"),
            ("{#second problem=1}", "{#first}", "lesson.ko.md:14:1 duplicate-id"),
            ("problem=1", "problem=one", "lesson.ko.md:14:1 unknown-field"),
            ("(#second)", "(#third)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(other.md)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(javascript:alert)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(lesson.en.md#third)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(../22-other/lesson.ko.md)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(experiments/plug/world.yaml)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(#ex-plugs)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(/fr)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(/ko/lessons/22-other)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(/ko/lessons/21-small?ex=plugs)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(/ko/lessons/21-small#third)", "lesson.ko.md:10:7 link"),
            ("(#second)", "(/ko/lessons/21-small/placings)", "lesson.ko.md:10:7 link"),
            ("(picture.svg)", "(lesson.en.md)", "lesson.ko.md:12:1 link"),
            ("(picture.svg)", "(../21-small/picture.svg)", "lesson.ko.md:12:1 link"),
            ("(picture.svg)", "(https://example.org/picture.svg)", "lesson.ko.md:12:1 link"),
            ("(picture.svg)", "(nothing.svg)", "lesson.ko.md:12:1 link"),
            ("![그림 설명]", "![]", "lesson.ko.md:12:1 no-alt"),
            ("글이에요.", "<b>글</b>", "lesson.ko.md:10:1 raw-html"),
        ],
    );
}

#[test]
fn words() {
    check(
        KO,
        &[
            ("experiment plug", "experiment plugs", "lesson.ko.md:16:15 unknown-id"),
            ("experiment plug", "experiment", "lesson.ko.md:16:1 unknown-id"),
            ("    gone: 없어져요\n", "", "lesson.ko.md:21:3 missing-words"),
            ("    gone: 없어져요", "    gone: ''", "lesson.ko.md:22:5 empty"),
            ("  unplug: 뽑기", "  plug: 뽑기", "lesson.ko.md:25:3 unknown-id"),
            ("hints: [하나, 둘, 셋]", "hints: [하나]", "lesson.ko.md:28:1 no-hints"),
            ("hints: [하나, 둘, 셋]\n", "", "lesson.ko.md:17:1 no-hints"),
            ("closing: 끝이에요.", "closing: [", "lesson.ko.md:29:10 yaml"),
            ("closing: 끝이에요.", "ending: 끝이에요.", "lesson.ko.md:29:1 unknown-field"),
        ],
    );
    check(
        EN,
        &[
            ("  silent: It is silent", "  loud: It is loud", "lesson.en.md:26:3 unknown-id"),
            ("  silent: It is silent", "", "lesson.en.md:25:7 yaml"),
        ],
    );
}

#[test]
fn links_that_lead_somewhere() {
    let dir = fresh();
    let text = fs::read_to_string(dir.join(EN)).unwrap();
    for to in [
        "#second",
        "#ex-plug",
        "lesson.ko.md#second",
        "../21-small/lesson.en.md",
        "/en",
        "/ko/fidelity",
        "/en/lessons/21-small?ex=plug#ex-plug",
        "/en/lessons/21-small/placing",
        "https://kubernetes.io/docs/#x",
        "mailto:a@example.org",
    ] {
        fs::write(dir.join(EN), text.replacen("Text.", &format!("[Text]({to})."), 1)).unwrap();
        assert_eq!(found(&dir), Vec::<String>::new(), "{to}");
    }
}

#[test]
fn a_link_that_leads_nowhere_takes_no_lesson_off_the_site() {
    let dir = fresh();
    let text = fs::read_to_string(dir.join(EN)).unwrap();
    fs::write(dir.join(EN), text.replacen("Text.", "[Text](../22-other/lesson.en.md).", 1)).unwrap();
    let course = lessons::Course::read(dir.parent().unwrap());
    let found: Vec<_> = course.diagnostics.iter().map(|d| (d.code, d.severity)).collect();
    assert_eq!((course.lessons.len(), found), (1, vec![("link", lessons::Severity::Error)]));
}

/// Hints and closings are prose, too.
#[test]
fn markdown_of_words() {
    check(
        KO,
        &[
            ("closing: 끝이에요.", "closing: '[끝](#third)'", "lesson.ko.md:29:15 link"),
            ("closing: 끝이에요.", "closing: |\n  끝\n\n  ![](picture.svg)", "lesson.ko.md:32:7 no-alt"),
            ("[하나, 둘, 셋]", "[하나, 둘, <b>셋</b>]", "lesson.ko.md:28:16 raw-html"),
        ],
    );
}

#[test]
fn translations() {
    check(
        EN,
        &[
            ("of: ", "of: 1", "lesson.en.md:6:1 stale-translation"),
            ("## First {#first}", "## First", "lesson.en.md:1:1 missing-translation"),
            ("problem=1", "problem=2", "lesson.en.md:1:1 missing-translation"),
            ("```experiment plug", "```yaml", "lesson.en.md:1:1 missing-words"),
        ],
    );
    let dir = fresh();
    fs::remove_file(dir.join(EN)).unwrap();
    assert_eq!(found(&dir), ["lesson.en.md:0:0 missing-translation"]);
    assert!(lessons::read(&dir).is_ok(), "without a translation the lesson is shown in Korean");
}

#[test]
fn experiments() {
    check(
        EXPERIMENT,
        &[
            ("settle: 10s", "settle: soon", "1:9 duration"),
            ("settle: 10s", "settle: 10s\ncolour: red", "2:1 unknown-field"),
            ("[machines]", "[machine]", "2:13 unknown-id"),
            ("command: lab unplug node-a", "command: ''", "5:14 empty"),
            ("after: unplug", "after: plug", "7:10 unknown-id"),
            ("- id: stays", "- id: gone", "11:11 duplicate-id"),
            ("- id: stays", "- id: Stays!", "11:11 bad-id"),
            ("size(nodes) == 0", "size(nodes) ==", "10:32 cel"),
            ("size(nodes) == 0", "size(nodez) == 0", "10:23 cel"),
            ("size(nodes) == 0", "length(nodes) == 0", "10:18 cel"),
            ("conditions.exists", "conditions.exist", "18:27 cel"),
            ("eventually: >-", "sometimes: >-", "16:5 unknown-field"),
            ("    after: unplug\n    ev", "    after_check: silent\n    ev", "15:18 unknown-id"),
            ("    after: unplug\n    ev", "    for: 10s\n    ev", "15:10 unknown-field"),
            ("eventually: >-", "never: >-", "14:9 empty"),
            ("eventually: >-", "holds: >-", "17:7 missing-field"),
            ("{at: 5s,", "{at: 5m,", "21:12 order"),
            ("fails: [silent]", "fails: [loud]", "27:13 unknown-id"),
            ("fails: [silent]", "fails: []", "24:9 empty"),
            ("acts:", "acts: [", "4:3 yaml"),
        ],
    );
}

#[test]
fn fences_of_widgets() {
    check(
        KO,
        &[
            ("```sort wishes", "```sort wish", "lesson.ko.md:32:9 unknown-id"),
            ("```sort wishes", "```advisor wishes", "lesson.ko.md:32:12 unknown-id"),
            ("```sort wishes", "```sort", "lesson.ko.md:32:1 unknown-id"),
            ("```sort wishes", "```sort wishes two", "lesson.ko.md:32:1 unknown-id"),
            ("```sort wishes", "```sort adopt", "lesson.ko.md:41:1 duplicate-id"),
            ("lede: 나눠 보세요.\n", "", "lesson.ko.md:37:1 missing-field"),
            ("title: 나누기", "title: ''", "lesson.ko.md:33:1 empty"),
            ("  start: {text: 켜 주세요.", "  begin: {text: 켜 주세요.", "lesson.ko.md:36:3 unknown-id"),
            ("  start: {text: 켜 주세요.", "  begin: {text: 켜 주세요.", "lesson.ko.md:35:1 missing-words"),
            (
                "closing: 끝이에요.\n```\n\n```advisor",
                "closing: [\n```\n\n```advisor",
                "lesson.ko.md:38:10 yaml",
            ),
            ("    unit: \"{}개\"", "    unit: 개", "lesson.ko.md:48:5 missing-words"),
            ("    compose: 적어요\n", "", "lesson.ko.md:53:5 missing-words"),
            ("    answers: {yes-it-is: 네,", "    answers: {no: 네,", "lesson.ko.md:53:5 missing-words"),
            ("    label: 관리형", "    label: 관리형\n    colour: red", "lesson.ko.md:53:5 unknown-field"),
            ("fair: 같아요.\n", "", "lesson.ko.md:62:1 missing-field"),
            ("  healing: {label: 죽어요", "  heal: {label: 죽어요", "lesson.ko.md:65:3 unknown-id"),
        ],
    );
    check(
        EN,
        &[
            ("```race race", "```yaml", "lesson.en.md:1:1 missing-words"),
            ("  stays: {text: It", "  stay: {text: It", "lesson.en.md:36:3 unknown-id"),
        ],
    );
}

#[test]
fn files_of_widgets() {
    check(
        SORT,
        &[
            ("is: wish", "is: dream", "sort.yaml:3:21 unknown-id"),
            ("is: wish", "is: command", "sort.yaml:1:1 empty"),
            ("id: stays", "id: start", "sort.yaml:3:10 duplicate-id"),
            ("id: stays", "id: It stays", "sort.yaml:3:10 bad-id"),
            ("sentences:", "sentences: [", "sort.yaml:2:3 yaml"),
        ],
    );
    check(
        ADVISOR,
        &[
            ("axis: 6", "axis: 0", "advisor.yaml:1:7 number"),
            ("shake: 0.5", "shake: 5", "advisor.yaml:2:8 number"),
            ("[9, 2]", "[9, 7]", "advisor.yaml:5:14 number"),
            ("[-1, 1]", "[1, -1]", "advisor.yaml:9:14 number"),
            ("[9, 2]", "[1, 2]", "advisor.yaml:5:14 duplicate-id"),
            ("start: 9", "start: 8", "advisor.yaml:6:12 unknown-id"),
            ("kubernetes: plug", "kubernetes: plugs", "advisor.yaml:7:40 unknown-id"),
            ("    start: 9", "    begin: 9", "advisor.yaml:6:5 unknown-field"),
        ],
    );
    check(
        RACE,
        &[
            ("settle: 10s", "settle: soon", "race.yaml:2:9 duration"),
            ("app: web", "app: shop", "race.yaml:4:6 unknown-id"),
            ("machine: box", "machine: bag", "race.yaml:5:10 unknown-id"),
            ("of: [kill]", "of: [burn]", "race.yaml:10:41 unknown-id"),
            ("deploy 2", "deploy 3", "race.yaml:13:1 script"),
            ("measure: setup", "measure: size", "race.yaml:9:27 yaml"),
        ],
    );
    check(
        GAME,
        &[
            ("node: one", "node: two", "scheduler.yaml:2:12 unknown-id"),
            ("taint: gpu=true", "taint: gpu", "scheduler.yaml:2:24 taint"),
            ("cpu: 500m", "cpu: half", "scheduler.yaml:4:22 number"),
            ("memory: 512Mi", "memory: 0Mi", "scheduler.yaml:5:37 number"),
            ("name: train", "name: api", "scheduler.yaml:5:12 duplicate-id"),
        ],
    );
    let dir = fresh();
    fs::remove_file(dir.join("widgets/race/compose.yaml")).unwrap();
    assert_eq!(found(&dir), ["compose.yaml:0:0 unreadable"]);
    let dir = fresh();
    fs::rename(dir.join(SORT), dir.join("widgets/wishes/sorts.yaml")).unwrap();
    assert_eq!(found(&dir), ["wishes:0:0 unreadable"]);
    let dir = fresh();
    fs::create_dir(dir.join("widgets/more")).unwrap();
    fs::copy(dir.join(SORT), dir.join("widgets/more/sort.yaml")).unwrap();
    assert_eq!(found(&dir), ["more:0:0 unplaced"]);
}

#[test]
fn worlds() {
    check(
        WORLD,
        &[
            ("kind: Machine", "kind: Machin", "world.yaml:1:1 unknown-kind"),
            ("metadata: {name: web}", "metadata: {}", "world.yaml:6:1 missing-field"),
            ("power: \"On\"", "power: \"On", "world.yaml:4:26 yaml"),
        ],
    );
    let dir = fresh();
    fs::remove_file(dir.join(WORLD)).unwrap();
    assert_eq!(found(&dir)[0], "world.yaml:0:0 unreadable");
}

#[test]
fn a_broken_lesson_does_not_hide_the_others() {
    let dir = fresh();
    let root = dir.parent().unwrap();
    copy(&dir, &root.join("22-broken"));
    copy(&dir, &root.join("21-again"));
    let course = lessons::Course::read(root);
    let slugs: Vec<&str> = course.lessons.iter().map(|l| l.slug.as_str()).collect();
    assert_eq!(slugs, ["21-again"]);
    let codes: Vec<&str> = course.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["number", "number", "number"]);
    assert_eq!(lessons::Course::read(&root.join("nowhere")).diagnostics[0].code, "unreadable");
}

/// No bytes make the reader panic: every file of the fixture cut at every place, and some damage.
#[test]
fn damage_never_panics() {
    let dir = fresh();
    for file in [KO, EN, EXPERIMENT, WORLD, SORT, ADVISOR, RACE, GAME] {
        let whole = fs::read(dir.join(file)).unwrap();
        for end in (0..whole.len()).step_by(7) {
            let mut damaged = whole[..end].to_vec();
            damaged.extend(b"{[\"\xff"[end % 4..].iter());
            fs::write(dir.join(file), &damaged).unwrap();
            drop(found(&dir));
        }
        fs::write(dir.join(file), whole).unwrap();
    }
}
