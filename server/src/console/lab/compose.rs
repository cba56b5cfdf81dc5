//! Docker Compose on a machine beside the cluster: a command is an object, and its status what it printed.

use std::time::Duration;

use serde_json::json;

use super::write::{COMPOSE_COMMAND, World};
use crate::console::desk::Screen;

/// How often the command is looked at while it runs.
const LOOK: Duration = Duration::from_millis(100);

/// `lab compose PROJECT ARGS…`; gives the command's own exit code where somebody waits for it.
pub async fn run(
    world: &World,
    project: &str,
    args: &[&str],
    attended: bool,
    screen: &mut dyn Screen,
) -> i32 {
    let project = project.strip_prefix("composeproject/").unwrap_or(project);
    let spec = json!({"project": project, "args": args});
    let (name, said) =
        match world.create(COMPOSE_COMMAND, "ComposeCommand", &format!("{project}-"), spec).await {
            Ok(made) => made,
            Err(why) => {
                screen.stderr(&why);
                return 1;
            }
        };
    screen.stdout(&said);
    if !attended {
        return 0;
    }
    let mut shown = 0;
    loop {
        let command = match world.get(COMPOSE_COMMAND, &name).await {
            Ok(command) => command,
            Err(why) => {
                screen.stderr(&why);
                return 1;
            }
        };
        let output = command["status"]["output"].as_str().unwrap_or_default();
        if let Some(new) = output.get(shown..).filter(|new| !new.is_empty()) {
            screen.stdout(new);
            shown = output.len();
        }
        if let Some(code) = command["status"]["exitCode"].as_i64() {
            if !output.is_empty() && !output.ends_with('\n') {
                screen.stdout("\n");
            }
            return i32::try_from(code).unwrap_or(1);
        }
        tokio::time::sleep(LOOK).await;
    }
}
