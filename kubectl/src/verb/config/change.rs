//! What changes a kubeconfig: contexts, clusters, users, and single properties by their path.

use serde_json::{Value, json};

use crate::{
    config::{CLUSTERS, CONTEXTS, Config, USERS},
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    verb::help,
};

/// Fields that hold true or false.
const BOOLEANS: &[&str] = &["insecure-skip-tls-verify", "disable-compression"];

/// Runs a subcommand that changes something.
pub fn run(cx: &mut Cx<'_>, command: &str, flags: &Flags) -> Done {
    let config = cx.kubectl.config.clone();
    let args: Vec<&str> = flags.args.iter().map(String::as_str).collect();
    match (command, args.as_slice()) {
        ("use-context", [name]) => use_context(cx, &config, name),
        ("set-context", _) => set_context(cx, &config, flags, &args),
        ("rename-context", [from, to]) => rename(cx, &config, from, to),
        ("delete-context", [name]) => delete_context(cx, &config, name),
        ("delete-cluster", [name]) => delete(cx, &config, CLUSTERS, name),
        ("delete-user", [name]) => delete(cx, &config, USERS, name),
        ("delete-context" | "delete-cluster" | "delete-user", _) => {
            cx.out(&help::page(&format!("config {command}")));
            Ok(())
        }
        ("set-cluster", [name]) => set(cx, &config, flags, CLUSTERS, name),
        ("set-credentials", [name]) => set_credentials(cx, &config, flags, name),
        ("set", [path, value]) => {
            let to = value_for(path, value)?;
            property(&config, path, Some(to))?;
            cx.out(&format!("Property {path:?} set.\n"));
            Ok(())
        }
        ("unset", [path]) => {
            property(&config, path, None)?;
            cx.out(&format!("Property {path:?} unset.\n"));
            Ok(())
        }
        _ => unexpected(cx, command, &args),
    }
}

fn unexpected(cx: &mut Cx<'_>, command: &str, args: &[&str]) -> Done {
    cx.out(&help::page(&format!("config {command}")));
    let word = if command == "set-credentials" { "unexpected" } else { "Unexpected" };
    Err(Fail::Error(format!("{word} args: [{}]", args.join(" "))))
}

fn use_context(cx: &mut Cx<'_>, config: &Config, name: &str) -> Done {
    if config.named(CONTEXTS, name).is_none() {
        return Err(Fail::Error(format!("no context exists with the name: {name:?}")));
    }
    config.use_context(name);
    cx.out(&format!("Switched to context {name:?}.\n"));
    Ok(())
}

fn set_context(cx: &mut Cx<'_>, config: &Config, flags: &Flags, args: &[&str]) -> Done {
    let name = match (args, flags.on("current")) {
        ([], true) => {
            let current = config.current();
            if current.is_empty() {
                return Err(Fail::error("no current context is set"));
            }
            current
        }
        ([_, ..], true) => return Err(Fail::error("you cannot specify both a context name and --current")),
        ([] | [""], false) => {
            return Err(Fail::error("you must specify a non-empty context name or --current"));
        }
        ([name], false) => (*name).to_owned(),
        _ => return unexpected(cx, "set-context", args),
    };
    let there = config.set(CONTEXTS, &name, &given(flags, &["cluster", "user", "namespace"]));
    cx.out(&format!("Context {name:?} {}.\n", if there { "modified" } else { "created" }));
    Ok(())
}

fn given<'a>(flags: &Flags, names: &[&'a str]) -> Vec<(&'a str, Value)> {
    let value = |name: &&'a str| match flags.get(name)? {
        _ if BOOLEANS.contains(name) => Some((*name, json!(flags.on(name)))),
        value => Some((*name, json!(value))),
    };
    names.iter().filter_map(value).collect()
}

fn set(cx: &mut Cx<'_>, config: &Config, flags: &Flags, what: (&str, &str), name: &str) -> Done {
    config.set(
        what,
        name,
        &given(flags, &["server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url"]),
    );
    cx.out(&format!("Cluster {name:?} set.\n"));
    Ok(())
}

fn set_credentials(cx: &mut Cx<'_>, config: &Config, flags: &Flags, name: &str) -> Done {
    if flags.get("token").is_some() && (flags.get("username").is_some() || flags.get("password").is_some()) {
        return Err(Fail::error(
            "you cannot specify more than one authentication method at the same time: --token, --username/--password",
        ));
    }
    config.set(USERS, name, &given(flags, &["token", "username", "password"]));
    cx.out(&format!("User {name:?} set.\n"));
    Ok(())
}

fn rename(cx: &mut Cx<'_>, config: &Config, from: &str, to: &str) -> Done {
    let file = config.file();
    if config.named(CONTEXTS, from).is_none() {
        return Err(Fail::Error(format!("cannot rename the context {from:?}, it's not in {file}")));
    }
    if config.named(CONTEXTS, to).is_some() {
        return Err(Fail::Error(format!(
            "cannot rename the context {from:?}, the context {to:?} already exists in {file}"
        )));
    }
    config.rename(CONTEXTS, from, to);
    cx.out(&format!("Context {from:?} renamed to {to:?}.\n"));
    Ok(())
}

fn delete_context(cx: &mut Cx<'_>, config: &Config, name: &str) -> Done {
    let was_current = config.current() == name && config.named(CONTEXTS, name).is_some();
    if was_current {
        cx.err("warning: this removed your active context, use \"kubectl config use-context\" to select a different one\n");
    }
    delete(cx, config, CONTEXTS, name)
}

fn delete(cx: &mut Cx<'_>, config: &Config, what: (&str, &str), name: &str) -> Done {
    let file = config.file();
    if !config.remove(what, name) {
        return Err(Fail::Error(format!("cannot delete {} {name}, not in {file}", what.1)));
    }
    cx.out(&format!("deleted {} {name} from {file}\n", what.1));
    Ok(())
}

fn value_for(path: &str, value: &str) -> Done<Value> {
    let field = path.rsplit('.').next().unwrap_or_default();
    if !BOOLEANS.contains(&field) {
        return Ok(json!(value));
    }
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(json!(true)),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(json!(false)),
        _ => Err(Fail::Error(format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))),
    }
}

/// Sets or takes away what a path names: `current-context`, `contexts.NAME.namespace`.
fn property(config: &Config, path: &str, to: Option<Value>) -> Done {
    let unknown = || Fail::Error(format!("unable to parse {path} after [] at api.Config"));
    let parts: Vec<&str> = path.split('.').collect();
    if parts == ["current-context"] {
        config.use_context(to.as_ref().and_then(Value::as_str).unwrap_or_default());
        return Ok(());
    }
    let lists = [CLUSTERS, USERS, CONTEXTS];
    let what = *lists.iter().find(|what| what.0 == parts[0]).ok_or_else(unknown)?;
    match (parts.as_slice(), to) {
        ([_], None) => config.names(what).iter().for_each(|name| {
            config.remove(what, name);
        }),
        ([_, name], None) => {
            config.remove(what, name);
        }
        ([_, name, field], Some(to)) => {
            config.set(what, name, &[(field, to)]);
        }
        ([_, name, field], None) => {
            if config.named(what, name).is_none() {
                return Err(Fail::Error(format!("current map key `{name}` is invalid")));
            }
            config.set(what, name, &[(field, json!(""))]);
        }
        _ => return Err(unknown()),
    }
    Ok(())
}
