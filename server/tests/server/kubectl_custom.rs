//! Real `kubectl` against a cluster alone, by the examples of Kubernetes' documentation on CustomResourceDefinitions.
//!
//! Looks for `kubectl` on the PATH; where there is none it says so and is done.
use super::support::Alone;

const CRON_TAB_DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                cronSpec:
                  type: string
                  description: When it runs.
                  pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'
                image: {type: string}
                replicas: {type: integer, minimum: 1, maximum: 10}
            status:
              type: object
              properties: {replicas: {type: integer}, labelSelector: {type: string}}
      additionalPrinterColumns:
        - {name: Spec, type: string, description: The cron spec, jsonPath: .spec.cronSpec}
        - {name: Replicas, type: integer, jsonPath: .spec.replicas}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      subresources:
        status: {}
        scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.labelSelector}
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
"#;
const CRON_TAB: &str = "
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: my-new-cron-object}
spec: {cronSpec: '* * * * */5', image: my-awesome-cron-image, replicas: 3}
";
const BAD_CRON_TAB: &str = "
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: bad}
spec: {cronSpec: '* * * *', replicas: 15}
";

#[test]
fn the_documentations_examples_work() {
    let Some(alone) = Alone::new() else { return };
    for (line, stdin, code, words) in [
        (
            "apply -f -",
            CRON_TAB_DEFINITION,
            0,
            "customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com created",
        ),
        (
            "wait --for=condition=Established crd/crontabs.stable.example.com --timeout=20s",
            "",
            0,
            "condition met",
        ),
        ("get crd", "", 0, "crontabs.stable.example.com"),
        (
            "api-resources --api-group=stable.example.com",
            "",
            0,
            "crontabs   ct           stable.example.com/v1   true         CronTab",
        ),
        ("explain crontab.spec.cronSpec", "", 0, "When it runs."),
        ("apply -f -", CRON_TAB, 0, "crontab.stable.example.com/my-new-cron-object created"),
        ("apply -f -", CRON_TAB, 0, "crontab.stable.example.com/my-new-cron-object unchanged"),
        (
            "apply -f -",
            BAD_CRON_TAB,
            1,
            "* spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10",
        ),
        ("get crontab my-new-cron-object", "", 0, "my-new-cron-object   * * * * */5   3"),
        ("get ct -o name", "", 0, "crontab.stable.example.com/my-new-cron-object"),
        ("get all", "", 0, "crontab.stable.example.com/my-new-cron-object"),
        (
            "scale --replicas=5 crontabs/my-new-cron-object",
            "",
            0,
            "crontab.stable.example.com/my-new-cron-object scaled",
        ),
        ("get crontabs my-new-cron-object -o jsonpath={.spec.replicas}/{.metadata.generation}", "", 0, "5/2"),
        ("patch ct my-new-cron-object --type=merge -p {\"spec\":{\"image\":\"other\"}}", "", 0, "patched"),
        ("label ct my-new-cron-object a=b", "", 0, "labeled"),
        ("get ct -l a=b -o jsonpath={.items[*].spec.image}", "", 0, "other"),
        ("describe ct my-new-cron-object", "", 0, "Cron Spec:  * * * * */5"),
        ("delete crd crontabs.stable.example.com", "", 0, "deleted"),
        ("get crontabs", "", 1, "the server"),
    ] {
        alone.expect(line, stdin, code, words);
    }
}

const ARR_DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: arrs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: arrs, singular: arr, kind: Arr}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                hosts:
                  type: array
                  description: Where it is.
                  items: {type: string}
                ports:
                  type: array
                  items: {type: object, properties: {number: {type: integer, description: Its number.}}}
                labels: {type: object, additionalProperties: {type: string}}
                any: {type: object, additionalProperties: true}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true, default: {a: [1]}}
                either: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
"#;
const ARR: &str = "
apiVersion: stable.example.com/v1
kind: Arr
metadata: {name: a}
spec: {hosts: [here, there], ports: [{number: 5}], labels: {k: v}, any: {b: [true]}, either: 7}
";

/// Schemas with `items` and `additionalProperties`, as nearly every definition has them.
#[test]
fn definitions_with_lists_and_maps_work() {
    let Some(alone) = Alone::new() else { return };
    let name = "customresourcedefinition.apiextensions.k8s.io/arrs.stable.example.com";
    for verb in ["create", "apply", "apply --server-side", "create --validate=ignore"] {
        for (line, words) in
            [(format!("{verb} -f -"), name), ("delete crd arrs.stable.example.com".into(), "deleted")]
        {
            let (code, said) = alone.kubectl(&line, ARR_DEFINITION);
            assert!(code == Some(0) && said.contains(words), "{line}: {said}");
        }
    }
    let maximal = ARR_DEFINITION.replace("Where it is.", "Where it was.");
    let bad = ARR.replace("number: 5", "numbre: 5");
    let path = "-o jsonpath={.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties";
    for (line, stdin, code, words) in [
        ("apply -f -".to_owned(), ARR_DEFINITION, 0, "created"),
        ("apply -f -".to_owned(), ARR_DEFINITION, 0, "unchanged"),
        ("apply -f -".to_owned(), &maximal, 0, "configured"),
        ("replace -f -".to_owned(), ARR_DEFINITION, 0, "replaced"),
        ("apply --server-side --force-conflicts -f -".to_owned(), &maximal, 0, "serverside-applied"),
        (format!("get crd arrs.stable.example.com {path}.hosts.items.type}}"), "", 0, "string"),
        (format!("get crd arrs.stable.example.com {path}.any.additionalProperties}}"), "", 0, "true"),
        ("wait --for=condition=Established crd/arrs.stable.example.com --timeout=20s".into(), "", 0, "met"),
        ("explain crd.spec.versions.schema.openAPIV3Schema.items".into(), "", 0, "JSONSchemaPropsOrArray"),
        ("explain arr.spec.hosts".into(), "", 0, "Where it was."),
        ("explain arr.spec.ports.number".into(), "", 0, "Its number."),
        ("create -f -".into(), &bad, 1, "unknown field \"spec.ports[0].numbre\""),
        ("apply -f -".into(), ARR, 0, "arr.stable.example.com/a created"),
        ("apply --server-side -f -".into(), ARR, 0, "serverside-applied"),
        ("get arr a -o jsonpath={.spec.hosts[1]}{.spec.any.b}{.spec.free.a}".into(), "", 0, "there[true][1]"),
    ] {
        alone.expect(&line, stdin, code, words);
    }
}
