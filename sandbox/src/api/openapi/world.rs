//! Schemas of the world's own kinds, which Kubernetes does not know. The API keeps fields beyond these.

use super::{compose, definitions::PREFIX, operations::META};
use crate::{json, json::Json};

const KIND: &str = "What this object is, as every object of Kubernetes says it.";
const API_VERSION: &str = "Group and version of its schema, as every object of Kubernetes says it.";

/// The schema of one of the world's kinds.
pub(super) fn schema(kind: &str) -> Json {
    let (description, spec, status) = match kind {
        "Machine" => (
            "A machine under a Node: its plug, its cable, what it can hold.",
            machine_spec(),
            Some(machine_status()),
        ),
        "Image" => {
            ("How a container image behaves: how long it takes, whether it crashes.", image_spec(), None)
        }
        "Traffic" => {
            ("Who calls which Service, and what became of the calls.", traffic_spec(), Some(traffic_status()))
        }
        "Signal" => ("A signal sent to a container, as `kill` does.", signal_spec(), Some(signal_status())),
        "ComposeProject" => (
            "A compose file on the machine whose Docker runs it. Writing it changes nothing until a ComposeCommand does.",
            compose::project_spec(),
            Some(compose::project_status()),
        ),
        "ComposeContainer" => (
            "A container that Docker keeps for a service of a ComposeProject.",
            compose::container_spec(),
            Some(compose::container_status()),
        ),
        "ComposeCommand" => (
            "A command of `docker compose`, typed once on the machine of a ComposeProject.",
            compose::command_spec(),
            Some(compose::command_status()),
        ),
        "ControlPlane" => {
            ("How often the control plane's programs may write: their flags.", control_plane_spec(), None)
        }
        _ => ("An object of the world.", open("What is wanted.", &[], Json::object()), None),
    };
    let mut metadata = json!({"$ref": format!("{PREFIX}{META}.ObjectMeta")});
    metadata.set("description", "Name, namespace, labels and the like.");
    metadata.set("default", Json::object());
    let mut properties = json!({
        "apiVersion": {"description": API_VERSION, "type": "string"},
        "kind": {"description": KIND, "type": "string"},
    });
    properties.set("metadata", metadata);
    properties.set("spec", spec);
    properties.set("status", status);
    json!({"description": description, "type": "object"}).with("properties", properties)
}

/// An object that may have more fields.
pub(super) fn open(description: &str, required: &[&str], properties: Json) -> Json {
    let mut out = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    out.set("description", description);
    out.set("properties", properties);
    if !required.is_empty() {
        out.set("required", required.iter().map(|r| Json::from(*r)).collect::<Json>());
    }
    out
}

pub(super) fn string(description: &str) -> Json {
    json!({"type": "string", "description": description})
}

fn one_of(description: &str, values: &[&str]) -> Json {
    json!({"type": "string", "description": description, "enum": values})
}

pub(super) fn int(description: &str) -> Json {
    json!({"type": "integer", "format": "int64", "description": description})
}

fn number(description: &str) -> Json {
    json!({"type": "number", "format": "double", "description": description})
}

fn bool(description: &str) -> Json {
    json!({"type": "boolean", "description": description})
}

pub(super) fn fields<const N: usize>(fields: [(&str, Json); N]) -> Json {
    fields.into_iter().fold(Json::object(), |all, (name, schema)| all.with(name, schema))
}

fn quantity(description: &str) -> Json {
    json!({"$ref": format!("{PREFIX}io.k8s.apimachinery.pkg.api.resource.Quantity")})
        .with("description", description)
}

pub(super) fn moment(description: &str) -> Json {
    json!({"$ref": format!("{PREFIX}{META}.Time")}).with("description", description)
}

fn machine_spec() -> Json {
    let all = fields([
        ("power", one_of("Its plug. Defaults to On.", &["Off", "On"])),
        ("network", one_of("Its cable. Defaults to Connected.", &["Connected", "Partitioned"])),
        (
            "disk",
            one_of(
                "Its disk. Defaults to Normal; pulls and starts take ten times as long on a Slow one.",
                &["Normal", "Slow"],
            ),
        ),
        ("cpu", quantity("Its cores. Defaults to 2.")),
        ("memory", quantity("Its memory. Defaults to 3Gi.")),
        (
            "ephemeralStorage",
            quantity("Its disk, of which the operating system takes 4Gi. Defaults to 102687672Ki."),
        ),
        ("pods", int("The most pods that it runs. Defaults to 110.")),
        (
            "kubelet",
            bool("Is it a node of the cluster? Defaults to true; a machine for Docker alone says false."),
        ),
    ]);
    open("What the machine is and how it is connected.", &[], all)
}

fn machine_status() -> Json {
    let all = fields([
        ("power", string("The plug, as it is.")),
        ("network", string("The cable, as it is.")),
        ("since", moment("Since when both are so.")),
    ]);
    open("How the machine stands.", &[], all)
}

fn image_spec() -> Json {
    let rollback = "Does what `kubectl rollout undo` does for Deployments of its namespace that are labelled \
        pilothouse.dev/auto-rollback=true and have exceeded their progress deadline.";
    let program = fields([("rollback", open(rollback, &[], Json::object()))]);
    let all = fields([
        ("image", string("The image's name with its tag, as a container names it.")),
        ("pullMillis", int("Milliseconds to pull it. Defaults to 800.")),
        ("startMillis", int("Milliseconds until its process runs. Defaults to 150.")),
        ("readyMillis", int("Milliseconds after its start until it answers. Defaults to 0.")),
        ("sizeMi", number("Mebibytes on a disk. Defaults to some, by its name.")),
        ("latencyMillis", int("Milliseconds that it takes for one answer.")),
        ("cpuMillisIdle", number("Thousandths of a core that it uses by itself. Defaults to very few.")),
        ("cpuMillisPerRequest", number("Milliseconds of a core that one answer takes. Defaults to 2.")),
        ("memoryMi", number("Mebibytes that it uses by itself. Defaults to some.")),
        (
            "memoryMiPerRequest",
            number("Mebibytes that one answer takes while it is given. Defaults to 0.0625."),
        ),
        ("leakMiPerMinute", number("Mebibytes that it never gives back, each minute. Defaults to 0.")),
        ("leakMiPerRequest", number("Mebibytes that it never gives back, for each answer. Defaults to 0.")),
        ("writeMi", number("Mebibytes that it writes to its machine's disk when it starts. Defaults to 0.")),
        (
            "writeMiPerMinute",
            number("Mebibytes that it writes to its machine's disk each minute. Defaults to 0."),
        ),
        (
            "writeMiPerRequest",
            number("Mebibytes that it writes to its machine's disk for each answer. Defaults to 0."),
        ),
        (
            "hangAfterMillis",
            int(
                "Milliseconds after its start from which on it lives, but answers no more. Defaults to never.",
            ),
        ),
        (
            "crashAfterMillis",
            int("Milliseconds after its start at which its process ends by itself. Defaults to never."),
        ),
        ("exitCode", int("The exit code of a process that ends by itself. Defaults to 1.")),
        ("crashLog", string("What it says in its log before it ends by itself.")),
        ("terminateMillis", int("Milliseconds that it takes to end once it is asked to. Defaults to 250.")),
        ("queueMax", int("The most requests that wait for a core of one container. Defaults to 128.")),
        ("ignoreSigterm", bool("Must it be killed, since it does not heed SIGTERM?")),
        ("program", open("A program in it that is a client of its cluster. Defaults to none.", &[], program)),
    ]);
    open("How containers of this image behave.", &["image"], all)
}

fn traffic_spec() -> Json {
    let selector = |description: &str| {
        json!({"$ref": format!("{PREFIX}{META}.LabelSelector")}).with("description", description)
    };
    let from = fields([
        ("podSelector", selector("The pods that call; they share the rate.")),
        ("namespaceSelector", selector("The namespaces of those pods. Defaults to the same namespace.")),
    ]);
    let all = fields([
        (
            "service",
            string("The Service that is called, in the same namespace. Either it or a host is needed."),
        ),
        ("port", int("Its port. Defaults to its first one.")),
        ("host", string("The host that is called through an Ingress.")),
        ("path", string("The path that is asked of the host. Defaults to /.")),
        ("from", open("Who calls. Defaults to people outside the cluster.", &[], from)),
        (
            "clients",
            int("Addresses that call from outside, where a Service tells them apart. Defaults to 100."),
        ),
        ("timeoutMillis", int("Milliseconds that callers wait for an answer. Defaults to 10000.")),
        (
            "machine",
            string("Instead of a Service: the machine whose `port` is called, as Docker publishes it."),
        ),
        (
            "composeProject",
            string(
                "The ComposeProject, in the same namespace, inside which `service` is called by its name.",
            ),
        ),
        ("ratePerSecond", number("Requests a second. Defaults to 0.")),
        ("ratePerSecondMax", number("The most requests a second that ratePerSecond may ask for.")),
    ]);
    open("Who is called, and how often.", &[], all)
}

fn traffic_status() -> Json {
    let failures = fields([
        ("noEndpoint", int("The Service had no ready pod, or a name no container.")),
        ("noRoute", int("No Ingress had a rule for the host and path.")),
        ("refused", int("The machine was there, but nothing listened.")),
        ("unreachable", int("The machine was off or cut off.")),
        ("terminating", int("The process had been told to end, and took nothing new.")),
        ("overload", int("The queue was full, or the answer came too late.")),
        ("policy", int("A NetworkPolicy dropped them.")),
    ]);
    let all = fields([
        ("sent", int("Requests so far.")),
        ("succeeded", int("Those that were answered.")),
        ("failed", int("Those that were not.")),
        ("failures", open("Why they failed.", &[], failures)),
        ("failureRatio", number("The part that fails now, 0 to 1.")),
        ("latencyMillis", int("Milliseconds for one answer now, on average.")),
        ("latencyP50Millis", int("Milliseconds within which half of the answers come now.")),
        ("latencyP99Millis", int("Milliseconds within which all but one in a hundred answers come now.")),
        ("ratePerSecond", number("Requests a second now.")),
    ]);
    open("What became of the calls.", &[], all)
}

fn signal_spec() -> Json {
    let all = fields([
        ("pod", string("The pod, in the same namespace.")),
        ("composeContainer", string("Instead of a pod: the ComposeContainer, in the same namespace.")),
        ("container", string("Its container. Defaults to the first one.")),
        ("signal", one_of("Defaults to SIGKILL.", &["SIGKILL", "SIGTERM"])),
    ]);
    open("Which signal to whom.", &[], all)
}

fn signal_status() -> Json {
    let all = fields([("delivered", bool("Has it arrived?")), ("message", string("What became of it."))]);
    open("What became of the signal.", &[], all)
}

fn control_plane_spec() -> Json {
    let client = |of: &str, qps: &str, burst: &str| {
        let all = fields([
            ("qps", number(&format!("Writes a second (--kube-api-qps). Defaults to {qps}; -1 is no limit."))),
            ("burst", int(&format!("Writes at once after a pause (--kube-api-burst). Defaults to {burst}."))),
        ]);
        open(of, &[], all)
    };
    let all = fields([
        ("controllerManager", client("Each controller of kube-controller-manager.", "20", "30")),
        ("scheduler", client("kube-scheduler.", "50", "100")),
    ]);
    open("What each program may do.", &[], all)
}
