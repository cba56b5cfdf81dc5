//! GET `exec`: which container is meant, and may a command run in it now? Models the pod registry's `ExecREST` and the
//! kubelet's refusals.

use super::{Call, route::Target};
use crate::{
    api::Api,
    object::{Key, Object},
    request::Exec,
    resources::{MACHINE, NODE, POD},
    status::Status,
};

/// The command that a client asks for.
pub fn exec(api: &Api, call: &Call<'_>, target: &Target) -> Result<Exec, Status> {
    let key = target.key();
    let pod = api.get(POD, &key)?;
    let container = container(pod, call.query.get("container"))?.to_owned();
    let node = pod["spec"]["nodeName"].text();
    if node.is_empty() {
        return Err(Status::bad_request(format!("pod {} does not have a host assigned", key.name)));
    }
    reach(api, node)?;
    if !runs(pod, &container) {
        let why = format!("unable to upgrade connection: container not found ({container:?})");
        return Err(Status::internal(&why));
    }
    let argv: Vec<String> = call.query.all("command").map(str::to_owned).collect();
    if argv.is_empty() {
        return Err(Status::bad_request("you must specify at least 1 command for the container"));
    }
    let flag = |name: &str| call.query.flag(name) == Some(true);
    Ok(Exec { pod: key, container, argv, stdin: flag("stdin"), tty: flag("tty") })
}

/// The container that a client names, or the only one. Models the registry's `podContainer` and `LogLocation`.
pub(super) fn container<'a>(pod: &'a Object, asked: &'a str) -> Result<&'a str, Status> {
    let names = |field: &str| pod["spec"][field].list().iter().map(|c| c["name"].text()).collect::<Vec<_>>();
    let (main, init, ephemeral) =
        (names("containers"), names("initContainers"), names("ephemeralContainers"));
    let name = pod.name();
    if !asked.is_empty() {
        let known = main.iter().chain(&init).chain(&ephemeral).any(|c| *c == asked);
        return match known {
            true => Ok(asked),
            false => Err(Status::bad_request(format!("container {asked} is not valid for pod {name}"))),
        };
    }
    if let ([only], true, true) = (main.as_slice(), init.is_empty(), ephemeral.is_empty()) {
        return Ok(only);
    }
    let mut why =
        format!("a container name must be specified for pod {name}, choose one of: [{}]", main.join(" "));
    for (kind, names) in [("init", init), ("ephemeral", ephemeral)] {
        if !names.is_empty() {
            why += &format!(" or one of the {kind} containers: [{}]", names.join(" "));
        }
    }
    Err(Status::bad_request(why))
}

/// Does the API server reach the node's kubelet?
fn reach(api: &Api, node: &str) -> Result<(), Status> {
    let Some(machine) = api.find(MACHINE, &Key::cluster(node)) else { return Ok(()) };
    let why = match (machine["status"]["power"].text(), machine["status"]["network"].text()) {
        ("Off", _) => "connect: no route to host",
        (_, "Partitioned") => "i/o timeout",
        _ => return Ok(()),
    };
    let addresses = api.find(NODE, &Key::cluster(node)).map_or(&[][..], |n| n["status"]["addresses"].list());
    let ip = addresses.iter().find(|a| a["type"] == "InternalIP").map_or("", |a| a["address"].text());
    Err(Status::internal(&format!("error dialing backend: dial tcp {ip}:10250: {why}")))
}

fn runs(pod: &Object, container: &str) -> bool {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut all = lists.iter().flat_map(|f| pod["status"][*f].list());
    all.any(|s| s["name"] == *container && !s["state"]["running"].is_null())
}
