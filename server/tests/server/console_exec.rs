//! Commands in containers from the page's console: their WebSocket runs inside of the process.

use wire::learner::Lang;

use super::support::{Folder, Learner, Server};

#[test]
fn the_console_runs_commands_in_containers() {
    let home = Folder::new();
    let server = Server::start(&home.0.join("data"));
    let learner = Learner::arrive(&server, Lang::Ko);
    for (line, code, stdout, stderr) in [
        ("kubectl exec deploy/web -- echo 한글", 0, "한글\n", ""),
        ("kubectl exec -i deploy/web -- sh <<EOF\necho one\necho two\nEOF", 0, "one\ntwo\n", ""),
        ("kubectl exec deploy/web -- sh -c 'exit 3'", 3, "", "command terminated with exit code 3\n"),
        ("kubectl exec nosuch -- ls", 1, "", "Error from server (NotFound): pods \"nosuch\" not found\n"),
    ] {
        let entry = learner.console(&server, line).unwrap();
        assert_eq!(
            (entry.exit_code, entry.output.of(false).as_str(), entry.output.of(true).as_str()),
            (code, stdout, stderr),
            "{line}"
        );
    }
}
