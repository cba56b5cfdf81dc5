//! `lab`: the world's own verbs. Each is an ordinary write to an object of `sim.pilothouse.dev/v1`; it says which, as kubectl
//! would, and how kubectl would have done the same.

mod compose;
mod image;
mod machine;
mod signal;
mod traffic;
mod usage;
mod write;

use wire::learner::Lang;

use super::desk::Screen;
use write::World;

/// What a verb printed, or why it did nothing.
type Done = Result<String, String>;

/// The verbs, for completion.
pub use usage::verbs;

/// Runs a lab command; gives its exit code.
pub async fn run(
    client: kube::Client,
    lang: Lang,
    attended: bool,
    argv: &[String],
    screen: &mut dyn Screen,
) -> i32 {
    let mut words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let namespace = namespace(&mut words);
    let world = World { client, lang, namespace };
    let done = match words.as_slice() {
        [] | ["help" | "-h" | "--help"] => {
            screen.stdout(&usage::all(lang));
            return 0;
        }
        ["help", verb] | [verb, "-h" | "--help"] => match usage::of(verb, lang) {
            Some(text) => {
                screen.stdout(&text);
                return 0;
            }
            None => Err(usage::unknown(verb, lang)),
        },
        ["ls" | "list" | "get"] => return world.list(screen).await,
        ["unplug", nodes @ ..] if !nodes.is_empty() => machine::each(&world, nodes, "power", "Off").await,
        ["plug", nodes @ ..] if !nodes.is_empty() => machine::each(&world, nodes, "power", "On").await,
        ["partition", nodes @ ..] if !nodes.is_empty() => {
            machine::each(&world, nodes, "network", "Partitioned").await
        }
        ["heal", nodes @ ..] if !nodes.is_empty() => {
            machine::each(&world, nodes, "network", "Connected").await
        }
        ["disk", node, speed] => machine::disk(&world, node, speed).await,
        ["capacity", node, amounts @ ..] if !amounts.is_empty() => {
            machine::capacity(&world, node, amounts).await
        }
        ["kill", pod, options @ ..] => signal::kill(&world, pod, options).await,
        ["crash", what] => image::crash(&world, what, "3s").await,
        ["crash", what, after] => image::crash(&world, what, after).await,
        ["image", name, fields @ ..] => image::set(&world, name, fields).await,
        ["traffic", name, rate] => traffic::set(&world, name, rate).await,
        ["compose", project, args @ ..] if !args.is_empty() => {
            return compose::run(&world, project, args, attended, screen).await;
        }
        [verb, ..] => match usage::of(verb, lang) {
            Some(text) => Err(format!("{}\n\n{text}", usage::other_arguments(verb, lang))),
            None => Err(usage::unknown(verb, lang)),
        },
    };
    match done {
        Ok(said) => {
            screen.stdout(&said);
            0
        }
        Err(said) => {
            screen.stderr(&said);
            1
        }
    }
}

/// Takes `-n NAMESPACE` out.
fn namespace(words: &mut Vec<&str>) -> String {
    let at = words.iter().position(|w| matches!(*w, "-n" | "--namespace"));
    let value = at.and_then(|at| words.get(at + 1).map(|v| (at, (*v).to_owned())));
    let Some((at, value)) = value else { return "default".to_owned() };
    words.drain(at..at + 2);
    value
}
