"""The Python client drives a cluster: KUBECONFIG says which. Prints what it did; any surprise is an exception."""

from kubernetes import client, config, watch
from kubernetes.stream import stream

config.load_kube_config()
core, apps = client.CoreV1Api(), client.AppsV1Api()
NAMESPACE = "default"
LABELS = {"app": "py"}


def deployment(replicas):
    container = client.V1Container(name="web", image="nginx:1.27")
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels=LABELS), spec=client.V1PodSpec(containers=[container])
    )
    spec = client.V1DeploymentSpec(
        replicas=replicas, selector=client.V1LabelSelector(match_labels=LABELS), template=template
    )
    return client.V1Deployment(metadata=client.V1ObjectMeta(name="py"), spec=spec)


def lists():
    nodes = core.list_node().items
    assert len(nodes) == 3, nodes
    page = core.list_node(limit=2)
    rest = core.list_node(limit=2, _continue=page.metadata._continue)
    assert [n.metadata.name for n in page.items + rest.items] == [n.metadata.name for n in nodes]
    print("list")


def watches_creates_patches_deletes():
    start = core.list_namespaced_pod(NAMESPACE).metadata.resource_version
    ready = set()
    created = apps.create_namespaced_deployment(NAMESPACE, deployment(2))
    assert created.metadata.uid and created.spec.strategy.type == "RollingUpdate", created
    print("create")
    for event in watch.Watch().stream(
        core.list_namespaced_pod, NAMESPACE, label_selector="app=py", resource_version=start, timeout_seconds=60
    ):
        pod = event["object"]
        if any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or []):
            ready.add(pod.metadata.name)
        if len(ready) == 2:
            break
    assert len(ready) == 2, ready
    print("watch")
    patched = apps.patch_namespaced_deployment("py", NAMESPACE, {"spec": {"replicas": 3}})
    assert patched.spec.replicas == 3 and patched.metadata.generation == 2, patched.metadata
    scale = apps.read_namespaced_deployment_scale("py", NAMESPACE)
    assert scale.spec.replicas == 3
    print("patch")
    logs = core.read_namespaced_pod_log(sorted(ready)[0], NAMESPACE)
    assert isinstance(logs, str)
    print("logs")
    command = ["sh", "-c", "hostname; printenv KUBERNETES_SERVICE_PORT"]
    said = stream(core.connect_get_namespaced_pod_exec, sorted(ready)[0], NAMESPACE, command=command, stdout=True)
    assert said.splitlines() == [sorted(ready)[0], "443"], said
    print("exec")
    apps.delete_namespaced_deployment("py", NAMESPACE)
    print("delete")


def is_refused():
    try:
        core.read_namespaced_pod("nobody", NAMESPACE)
    except client.ApiException as e:
        assert e.status == 404 and 'pods \\"nobody\\" not found' in e.body, e.body
    else:
        raise AssertionError("a pod that is not there was read")
    try:
        core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "Bad_Name"}})
    except client.ApiException as e:
        assert e.status == 422 and "metadata.name" in e.body, e.body
    else:
        raise AssertionError("a bad name was taken")
    print("refused")


lists()
watches_creates_patches_deletes()
is_refused()
