#!/bin/sh
# The same controller for a real cluster: kubectl in a pod acts by the pod's service account, in the pod's namespace.
label=pilothouse.dev/auto-rollback=true
mark=pilothouse.dev/restored-revision
state='{.metadata.generation} {.status.observedGeneration} {.status.conditions[?(@.type=="Progressing")].reason}'
state="$state"' {.metadata.annotations.deployment\.kubernetes\.io/revision} {.metadata.annotations.pilothouse\.dev/restored-revision}'

echo "watching deployments with $label"
# Each change of such a Deployment is a line with its name. When the watch ends, so does the pod's process, and the kubelet starts it again.
kubectl get deployments -l "$label" --watch -o name | while read -r name; do
  set -- $(kubectl get "$name" -o "jsonpath=$state")
  # A status of before the last change of the spec says nothing.
  [ "$1" = "$2" ] && [ "$3" = ProgressDeadlineExceeded ] || continue
  if [ "$4" = "$5" ]; then
    echo "$name: revision $4 was brought back before; leaving it to people"
    continue
  fi
  # The revision that comes back gets the next number. Who rolls it back as well goes round in circles.
  kubectl rollout undo "$name" || continue
  kubectl annotate --overwrite "$name" "$mark=$(($4 + 1))"
  about=$(kubectl get "$name" -o 'jsonpath=name: {.metadata.name}, namespace: {.metadata.namespace}, uid: {.metadata.uid}')
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  kubectl create -f - <<EVENT
apiVersion: v1
kind: Event
type: Normal
metadata: {generateName: "${name#*/}."}
involvedObject: {apiVersion: apps/v1, kind: Deployment, $about}
reason: AutoRollback
message: "revision $4 exceeded its progress deadline, rolled back"
source: {component: rollback-controller}
firstTimestamp: "$now"
lastTimestamp: "$now"
EVENT
done
